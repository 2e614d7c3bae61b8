"""Do what a plan says: upload, label, and verify what the service holds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from program_runtime.errors import (
    BadBundleError,
    NotAuthorizedError,
    Problem,
    RuntimeDuplicateProgramError,
)
from toolkit import errors
from toolkit.bundle.comparison import Compatibility
from toolkit.publish import requirements
from toolkit.publish.plan import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from program_runtime.bundle import BundleInfo
    from toolkit.checks import Finding
    from toolkit.publish.plan import PublishPlan
    from toolkit.publish.service import ReleaseWriter

__all__ = ["CANARY", "Published", "let_go", "publish"]

CANARY = "canary"
"""The label of the release that was last tried."""

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
    sent_bytes: int = 0
    """Of the bundle."""


def publish(
    plan: PublishPlan,
    api: ReleaseWriter,
    *,
    hold: bool = False,
    on_progress: Callable[[int, int], None] | None = None,
) -> Published:
    """Publish what was planned; doing it twice is the same as once.

    Args:
        plan: From `plan_publish`.
        api: The same service.
        hold: Point the label ``canary`` at it and nothing else, for it to be tried
            before `let_go` does the rest.
        on_progress: Called with the bytes sent and the bytes in all.

    Returns:
        The release.

    Raises:
        NotAuthorisedError: The token may not publish.
        ConflictError: The version or the name is taken, perhaps since the plan.
        VersionTooLowError: What changed calls for a higher version.
        FindingsError: Checks found errors, or the service refused the bundle.
        VerificationError: The service holds other bytes than were sent.
    """
    if plan.verdict is Verdict.FINDINGS:
        raise errors.FindingsError(
            plan.message, problems=[*map(_problem, plan.errors)], hint=plan.hint
        )
    if plan.verdict is Verdict.TOO_SMALL:
        raise errors.VersionTooLowError(
            plan.message, problems=_changes(plan), hint=plan.hint
        )
    refusal = _REFUSALS.get(plan.verdict)
    if refusal is not None:
        raise refusal(plan.message, hint=plan.hint)
    built = plan.bundle
    assert built is not None  # noqa: S101 - an allowed plan has built it
    sent = 0

    def note(done: int, total: int) -> None:
        nonlocal sent
        sent = done
        if on_progress is not None:
            on_progress(done, total)

    if hold:
        plan = replace(plan, labels=(CANARY,), visibility=None)
    if plan.verdict is Verdict.NEW:
        created = _upload(plan, built, api, note, hold=hold)
    else:
        created = False
        _settle(plan, api)
    _verify(plan, built, api)
    return Published(
        program=plan.project.metadata.name,
        version=plan.project.metadata.version,
        digest=built.digest,
        created=created,
        labels=plan.labels,
        visibility=plan.visibility,
        sent_bytes=sent,
    )


def let_go(plan: PublishPlan, api: ReleaseWriter, done: Published) -> Published:
    """Do with a release that was held what its plan says: labels, visibility.

    Args:
        plan: The plan that it was published by.
        api: The same service.
        done: What `publish` returned.
    """
    labels = dict.fromkeys((*plan.labels, *(("latest",) if plan.takes_latest else ())))
    _settle(replace(plan, labels=tuple(labels)), api)
    return replace(done, labels=tuple(labels), visibility=plan.visibility)


def _upload(
    plan: PublishPlan,
    built: BundleInfo,
    api: ReleaseWriter,
    on_progress: Callable[[int, int], None],
    *,
    hold: bool,
) -> bool:
    program = plan.project.metadata
    if plan.lock is not None:
        requirements.build_on_service(plan.lock, api)
    try:
        _, created = api.put_release(
            program.name,
            program.version,
            built.path,
            built.digest,
            visibility=plan.visibility,
            labels=plan.labels,
            hold=hold,
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


def _changes(plan: PublishPlan) -> list[Problem]:
    """Return what calls for the higher version: the worst of the changes."""
    comparison = plan.comparison
    if comparison is None:
        return []
    worst = comparison.compatibility
    found = [
        Problem(path=change.path, message=change.message)
        for change in comparison.interface
        if change.effect is worst is not Compatibility.NONE
    ]
    return found or [
        Problem(path=f"budget.{each.name}", message=f"{each.old} -> {each.new}")
        for each in comparison.budget
        if each.grows
    ]


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
