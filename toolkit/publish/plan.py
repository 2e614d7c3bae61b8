"""What publishing would do, found out without changing anything."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Any

from program_runtime.errors import NotAuthorizedError, RuntimeProgramNotFound
from toolkit import bundle, checks
from toolkit.publish import versions

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from program_runtime.bundle import BundleInfo
    from toolkit.checks import Finding
    from toolkit.project.project import Project
    from toolkit.publish.service import ReleaseReader

__all__ = ["PublishPlan", "Verdict", "plan_publish"]


class Verdict(StrEnum):
    """What publishing would come to."""

    NEW = "new"
    """The version is free: it would be uploaded."""
    UNCHANGED = "unchanged"
    """The same bytes are published: nothing to do."""
    CONFLICT = "conflict"
    """The version is published with other bytes."""
    NAME_TAKEN = "name_taken"
    NOT_AUTHORISED = "not_authorised"
    FINDINGS = "findings"
    """Checks found errors."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishPlan:
    """What would happen, and why not if it would not."""

    project: Project
    verdict: Verdict
    message: str
    hint: str | None = None
    user: str | None = None
    """Whose token it is."""
    findings: tuple[Finding, ...] = ()
    bundle: BundleInfo | None = None
    """None when credentials, name or checks stopped the plan before the build."""
    current_version: str | None = None
    """The program's latest release on the service."""
    published_digest: str | None = None
    """The digest of this version on the service, if it is there."""
    next_version: str | None = None
    """A free version, when this one is taken."""
    visibility: str | None = None
    labels: tuple[str, ...] = ()

    @property
    def allowed(self) -> bool:
        """Whether `toolkit.publish.publish` would go through."""
        return self.verdict in (Verdict.NEW, Verdict.UNCHANGED)

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that stop a release."""
        return tuple(f for f in self.findings if f.severity is checks.Severity.ERROR)


def plan_publish(
    project: Project,
    api: ReleaseReader,
    *,
    out_dir: Path,
    strict: bool = False,
    visibility: str | None = None,
    labels: Sequence[str] = (),
    on_step: Callable[[str], None] | None = None,
) -> PublishPlan:
    """Find out what publishing would do.

    Credentials, name and version come first, then checks, then the build: nobody waits
    for a build to learn that the token has expired. Only ``out_dir`` is written to.

    Args:
        project: The project.
        api: The service.
        out_dir: Where the bundle is built.
        strict: Let warnings stop it too.
        visibility: ``private`` or ``public``; None leaves it as it is.
        labels: Labels to point at the release.
        on_step: Called with ``credentials``, ``version``, ``checks``, ``build`` as
            each begins.

    Returns:
        The plan; what stands in the way is its verdict, not an exception.

    Raises:
        BundleError: The project's files can not be a bundle.
        ServiceUnreachableError: The service did not answer.
    """
    steps: dict[str, Callable[[PublishPlan], PublishPlan]] = {
        "credentials": partial(_identify_user, api=api),
        "version": partial(_look_up_release, api=api),
        "checks": partial(_run_checks, strict=strict),
        "build": partial(_build_and_compare, out_dir=out_dir),
    }
    # What it stays if no step finds that it is not so.
    plan = PublishPlan(
        project=project,
        verdict=Verdict.NEW,
        message=f"{_release_name(project)} would be published.",
        visibility=visibility,
        labels=tuple(labels),
    )
    for name, step in steps.items():
        if on_step is not None:
            on_step(name)
        plan = step(plan)
        if plan.verdict is not Verdict.NEW:
            break
    return plan


def _release_name(project: Project) -> str:
    return f"{project.metadata.name} {project.metadata.version}"


def _identify_user(plan: PublishPlan, api: ReleaseReader) -> PublishPlan:
    try:
        user = api.whoami()
    except NotAuthorizedError as err:
        return replace(
            plan,
            verdict=Verdict.NOT_AUTHORISED,
            message=err.message,
            hint=err.hint or "Log in with `qrt login URL`.",
        )
    name, role = str(user["name"]), user.get("role")
    if role in ("author", "admin"):
        return replace(plan, user=name)
    return replace(
        plan,
        verdict=Verdict.NOT_AUTHORISED,
        user=name,
        message=f"{name} has the role {role}, which may not publish.",
        hint="Ask an admin for the role author.",
    )


def _look_up_release(plan: PublishPlan, api: ReleaseReader) -> PublishPlan:
    """Find out whose the name is, and what is published under it."""
    name, version = plan.project.metadata.name, plan.project.metadata.version
    program = _found(api.program, name)
    if program is not None and program.get("owner") != plan.user:
        return replace(
            plan,
            verdict=Verdict.NAME_TAKEN,
            message=f"The name {name!r} belongs to {program.get('owner')}.",
            hint="Choose another name in program.json.",
        )
    latest = program.get("version") if program is not None else None
    release = _found(api.release, name, version)
    return replace(
        plan,
        current_version=str(latest) if latest else None,
        published_digest=str(release["digest"]) if release is not None else None,
    )


def _found(read: Callable[..., dict[str, Any]], *names: str) -> dict[str, Any] | None:
    try:
        return read(*names)
    except RuntimeProgramNotFound:
        return None


def _run_checks(plan: PublishPlan, *, strict: bool) -> PublishPlan:
    findings = checks.run_checks(plan.project.root, strict=strict)
    plan = replace(plan, findings=tuple(findings))
    count = len(plan.errors)
    if not count:
        return plan
    return replace(
        plan,
        verdict=Verdict.FINDINGS,
        message=f"The checks found {count} error{'s' * (count > 1)}.",
        hint="`qrt check` explains them.",
    )


def _build_and_compare(plan: PublishPlan, out_dir: Path) -> PublishPlan:
    built = bundle.build_bundle(plan.project, out_dir)
    plan = replace(plan, bundle=built)
    if plan.published_digest is None:
        return plan
    name = _release_name(plan.project)
    if plan.published_digest == built.digest:
        return replace(
            plan,
            verdict=Verdict.UNCHANGED,
            message=f"{name} is published with the same bytes: nothing to upload.",
        )
    suggestion = versions.next_version(
        plan.project.metadata.version, plan.current_version or ""
    )
    return replace(
        plan,
        verdict=Verdict.CONFLICT,
        message=f"{name} is published with other content, and a release never changes.",
        hint=f'Set "version": "{suggestion}" in program.json.',
        next_version=suggestion,
    )
