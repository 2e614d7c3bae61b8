"""Do what a plan says: upload, label, and verify what the service holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from program_runtime.errors import (
    BadBundleError,
    NotAuthorizedError,
    Problem,
    RuntimeDuplicateProgramError,
)
from toolkit import errors
from toolkit.publish.plan import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from program_runtime.bundle import BundleInfo
    from toolkit.checks import Finding
    from toolkit.publish.plan import PublishPlan
    from toolkit.publish.service import ReleaseWriter

__all__ = ["Published", "publish"]

_REFUSALS = {
    Verdict.CONFLICT: errors.ConflictError,
    Verdict.NAME_TAKEN: errors.ConflictError,
    Verdict.NOT_AUTHORISED: errors.NotAuthorisedError,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A release that the service holds, verified."""

    program: str
    version: str
    digest: str
    created: bool
    """False when the service had these bytes already."""
    labels: tuple[str, ...]
    """The labels that were pointed at it."""
    visibility: str | None
    """What was asked for; None if nothing was."""


def publish(
    plan: PublishPlan,
    api: ReleaseWriter,
    *,
    on_progress: Callable[[int, int], None] | None = None,
) -> Published:
    """Publish what was planned; doing it twice is the same as once.

    Args:
        plan: From `plan_publish`.
        api: The same service.
        on_progress: Called with the bytes sent and the bytes in all.

    Returns:
        The release.

    Raises:
        NotAuthorisedError: The token may not publish.
        ConflictError: The version or the name is taken, perhaps since the plan.
        FindingsError: Checks found errors, or the service refused the bundle.
        VerificationError: The service holds other bytes than were sent.
    """
    if plan.verdict is Verdict.FINDINGS:
        raise errors.FindingsError(
            plan.message, problems=[*map(_problem, plan.errors)], hint=plan.hint
        )
    refusal = _REFUSALS.get(plan.verdict)
    if refusal is not None:
        raise refusal(plan.message, hint=plan.hint)
    assert plan.bundle is not None  # noqa: S101 - an allowed plan has built it
    if plan.verdict is Verdict.NEW:
        created = _upload(plan, plan.bundle, api, on_progress)
    else:
        created = False
        _settle(plan, api)
    _verify(plan, plan.bundle, api)
    return Published(
        program=plan.project.metadata.name,
        version=plan.project.metadata.version,
        digest=plan.bundle.digest,
        created=created,
        labels=plan.labels,
        visibility=plan.visibility,
    )


def _upload(
    plan: PublishPlan,
    built: BundleInfo,
    api: ReleaseWriter,
    on_progress: Callable[[int, int], None] | None,
) -> bool:
    program = plan.project.metadata
    try:
        _, created = api.put_release(
            program.name,
            program.version,
            built.path,
            built.digest,
            visibility=plan.visibility,
            labels=plan.labels,
            on_progress=on_progress,
        )
    except RuntimeDuplicateProgramError as err:
        raise errors.ConflictError(err.message, hint=err.hint) from err
    except NotAuthorizedError as err:
        raise errors.NotAuthorisedError(err.message, hint=err.hint) from err
    except BadBundleError as err:
        raise errors.FindingsError(
            f"The service refused the bundle: {err.summary}",
            problems=err.problems,
            hint=err.hint,
        ) from err
    return created


def _problem(finding: Finding) -> Problem:
    line = f":{finding.line}" if finding.line else ""
    return Problem(
        path=f"{finding.path or 'project'}{line}",
        message=f"{finding.code} {finding.message}",
        hint=finding.hint,
    )


def _settle(plan: PublishPlan, api: ReleaseWriter) -> None:
    """Set labels and visibility of a release that needs no upload."""
    program = plan.project.metadata
    for label in plan.labels:
        api.set_label(program.name, label, program.version)
    if plan.visibility is not None:
        api.update_program(program.name, visibility=plan.visibility)


def _verify(plan: PublishPlan, built: BundleInfo, api: ReleaseWriter) -> None:
    program = plan.project.metadata
    held = api.release(program.name, program.version)["digest"]
    if held != built.digest:
        raise errors.VerificationError(
            f"The service holds {held} as {program.name} {program.version}, but "
            f"{built.digest} was sent.",
            hint="Publish again under a new version, and tell the service's operator.",
        )
