"""What publishing would do, found out without changing anything."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
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
    say = on_step or _say_nothing
    say("credentials")
    user = _author(project, api)
    if isinstance(user, PublishPlan):
        return user
    say("version")
    latest = _latest_version(project, api, user)
    if isinstance(latest, PublishPlan):
        return latest
    facts: dict[str, Any] = {
        "project": project,
        "user": user,
        "visibility": visibility,
        "labels": tuple(labels),
        "current_version": latest,
        "published_digest": _published_digest(project, api),
    }
    say("checks")
    findings = checks.run_checks(project.root, strict=strict)
    facts["findings"] = tuple(findings)
    errors = [f for f in findings if f.severity is checks.Severity.ERROR]
    if errors:
        return PublishPlan(
            verdict=Verdict.FINDINGS,
            message=f"The checks found {len(errors)} error{'s' * (len(errors) > 1)}.",
            hint="`qrt check` explains them.",
            **facts,
        )
    say("build")
    facts["bundle"] = bundle.build_bundle(project, out_dir)
    return _compare(facts)


def _say_nothing(step: str) -> None:
    del step


def _author(project: Project, api: ReleaseReader) -> PublishPlan | str:
    """Return the user's name, or a plan that says why the token may not publish."""
    try:
        user = api.whoami()
    except NotAuthorizedError as err:
        return PublishPlan(
            project=project,
            verdict=Verdict.NOT_AUTHORISED,
            message=err.message,
            hint=err.hint or "Log in with `qrt login URL`.",
        )
    name, role = str(user["name"]), user.get("role")
    if role in ("author", "admin"):
        return name
    return PublishPlan(
        project=project,
        verdict=Verdict.NOT_AUTHORISED,
        user=name,
        message=f"{name} has the role {role}, which may not publish.",
        hint="Ask an admin for the role author.",
    )


def _latest_version(
    project: Project, api: ReleaseReader, user: str
) -> PublishPlan | str | None:
    """Return the latest version, None for a free name, a plan for a taken one."""
    name = project.metadata.name
    try:
        program = api.program(name)
    except RuntimeProgramNotFound:
        return None
    if program.get("owner") != user:
        return PublishPlan(
            project=project,
            verdict=Verdict.NAME_TAKEN,
            user=user,
            message=f"The name {name!r} belongs to {program.get('owner')}.",
            hint="Choose another name in program.json.",
        )
    version = program.get("version")
    return str(version) if version else None


def _published_digest(project: Project, api: ReleaseReader) -> str | None:
    try:
        release = api.release(project.metadata.name, project.metadata.version)
    except RuntimeProgramNotFound:
        return None
    return str(release["digest"])


def _compare(facts: dict[str, Any]) -> PublishPlan:
    project: Project = facts["project"]
    name = f"{project.metadata.name} {project.metadata.version}"
    published = facts["published_digest"]
    if published is None:
        return PublishPlan(
            verdict=Verdict.NEW, message=f"{name} would be published.", **facts
        )
    if published == facts["bundle"].digest:
        return PublishPlan(
            verdict=Verdict.UNCHANGED,
            message=f"{name} is published with the same bytes: nothing to upload.",
            **facts,
        )
    suggestion = versions.next_version(
        project.metadata.version, facts["current_version"] or ""
    )
    return PublishPlan(
        verdict=Verdict.CONFLICT,
        message=f"{name} is published with other content, and a release never changes.",
        hint=f'Set "version": "{suggestion}" in program.json.',
        next_version=suggestion,
        **facts,
    )
