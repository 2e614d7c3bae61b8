"""Find out what publishing would do, without changing anything."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from program_runtime.errors import (
    BadMetadataError,
    NotAuthorizedError,
    RuntimeProgramNotFound,
)
from program_runtime.service.domain.versions import (
    is_prerelease,
    moves_latest,
    version_key,
)
from toolkit import bundle, checks
from toolkit.bundle.comparison import (
    Bump,
    Compatibility,
    compare_releases,
    next_version,
)
from toolkit.publish import contents, requirements
from toolkit.publish.plan import PublishPlan, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from toolkit.bundle.comparison import Comparison
    from toolkit.project.project import Project
    from toolkit.publish.service import ReleaseReader

__all__ = ["plan_publish"]


def plan_publish(
    project: Project,
    api: ReleaseReader,
    *,
    out_dir: Path,
    strict: bool = False,
    force: bool = False,
    upgrade: bool = False,
    visibility: str | None = None,
    labels: Sequence[str] = (),
    on_step: Callable[[str], None] | None = None,
) -> PublishPlan:
    """Find out what publishing would do.

    Credentials, name and version come first, then checks, then the build: nobody waits
    for a build to learn that the token has expired. Only ``out_dir`` is written
    to, and ``requirements.lock`` in the project.

    Args:
        project: The project.
        api: The service.
        out_dir: Where the bundle is built.
        strict: Let warnings stop it too.
        force: Let the version be too low for what changed.
        upgrade: Resolve the requirements anew, to the newest versions.
        visibility: ``private`` or ``public``; None leaves it as it is.
        labels: Labels to point at the release.
        on_step: Called with ``credentials``, ``version``, ``checks``, ``requirements``
            (if they must be resolved), ``build``,
            ``comparison`` as each begins.

    Returns:
        The plan; what stands in the way is its verdict, not an exception.

    Raises:
        BadRequirementsError: What the project requires can not be resolved.
        BundleError: The project's files can not be a bundle.
        ServiceUnreachableError: The service did not answer.
    """
    steps: dict[str, Callable[[PublishPlan], PublishPlan]] = {
        "credentials": partial(_identify_user, api=api),
        "version": partial(_look_up_release, api=api),
        "checks": partial(_run_checks, strict=strict),
        "build": partial(
            _build, api=api, out_dir=out_dir, upgrade=upgrade, on_step=on_step
        ),
        "comparison": partial(_compare, api=api, force=force),
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
    if program is None:
        return plan
    releases = {str(each["version"]): each for each in api.releases(name)}
    current, held = str(program["version"]), releases.get(version)
    return replace(
        plan,
        current_version=current,
        published_digest=str(held["digest"]) if held is not None else None,
        takes_latest=version == current or moves_latest(version, current),
        base=_base(releases, version, current)
        if held is None
        else releases.get(current),
        taken=tuple(releases),
    )


def _base(
    releases: Mapping[str, dict[str, Any]], version: str, current: str
) -> Mapping[str, Any] | None:
    """Return what callers have now; of an older line, what comes before."""
    if version_key(version) >= version_key(current):
        return releases.get(current)
    before = [each for each in releases if version_key(each) < version_key(version)]
    # A pre-release promises nothing: what it broke before breaks callers now.
    before = [each for each in before if not is_prerelease(each)] or before
    return releases[max(before, key=version_key)] if before else None


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


def _build(
    plan: PublishPlan,
    api: ReleaseReader,
    *,
    out_dir: Path,
    upgrade: bool,
    on_step: Callable[[str], None] | None,
) -> PublishPlan:
    lock = requirements.lock_for(
        plan.project,
        api,
        upgrade=upgrade,
        on_resolve=None if on_step is None else partial(on_step, "requirements"),
    )
    built = bundle.build_bundle(plan.project, out_dir, lock=lock)
    plan = replace(plan, lock=lock)
    if plan.published_digest == built.digest:
        return replace(
            plan,
            bundle=built,
            verdict=Verdict.UNCHANGED,
            message=f"{_release_name(plan.project)} is published with the same bytes: "
            "nothing to upload.",
        )
    return replace(plan, bundle=built)


def _compare(plan: PublishPlan, api: ReleaseReader, *, force: bool) -> PublishPlan:
    """Compare with what callers have now, and hold the version against it."""
    assert plan.bundle is not None  # noqa: S101 - it was built a step before
    if plan.base is not None:
        near = plan.bundle.path.with_name(
            f"{plan.project.metadata.name}-{plan.base['version']}.zip"
        )
        new = contents.content_of_bundle(plan.bundle.path)
        try:
            old, unread = contents.published_content(api, plan.base, near=near)
        except BadMetadataError as err:  # of a time when the rules were others
            plan = replace(plan, unread=f"its metadata are not understood: {err}")
        else:
            plan = replace(plan, comparison=compare_releases(old, new), unread=unread)
    if plan.published_digest is not None:
        return _refused(
            plan,
            Verdict.CONFLICT,
            f"{_release_name(plan.project)} is published with other content, "
            "and a release never changes.",
        )
    comparison = plan.comparison
    if comparison is None or comparison.suffices or force:
        return plan
    return _refused(
        plan,
        Verdict.TOO_SMALL,
        f"What changed since {comparison.old_version} {_reason(comparison)}: "
        f"{comparison.new_version} is too low a version for that.",
    )


def _refused(plan: PublishPlan, verdict: Verdict, message: str) -> PublishPlan:
    """Name the version to take instead."""
    old, bump = plan.project.metadata.version, Bump.PATCH
    if plan.comparison is not None:
        old, bump = plan.comparison.old_version, plan.comparison.bump
    version = next_version(old, bump, taken=plan.taken)
    hint = f'Set "version": "{version}" in program.json'
    force = ", or publish with --force" if verdict is Verdict.TOO_SMALL else ""
    return replace(
        plan,
        verdict=verdict,
        message=message,
        hint=f"{hint}{force}.",
        next_version=version,
    )


def _reason(comparison: Comparison) -> str:
    if comparison.compatibility is Compatibility.BREAKING:
        return "breaks callers"
    if comparison.compatibility is Compatibility.ADDITIVE:
        return "adds to the interface"
    return "lets a run ask for more of a backend"
