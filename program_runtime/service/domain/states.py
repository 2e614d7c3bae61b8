"""The life of a job as a table: which status may follow which."""

from __future__ import annotations

from typing import TYPE_CHECKING

from program_runtime.execution.outcome import JobStatus
from program_runtime.service.domain.refusals import ConflictError

if TYPE_CHECKING:
    from collections.abc import Mapping

ALLOWED: Mapping[JobStatus, frozenset[JobStatus]] = {
    JobStatus.QUEUED: frozenset({JobStatus.RUNNING, JobStatus.CANCELLED}),
    # Back to Queued: the service stopped while a job ran that may run again.
    JobStatus.RUNNING: frozenset(
        {
            JobStatus.QUEUED,
            JobStatus.COMPLETED,
            JobStatus.FAILED,
            JobStatus.CANCELLED,
        }
    ),
    JobStatus.COMPLETED: frozenset(),
    JobStatus.FAILED: frozenset(),
    JobStatus.CANCELLED: frozenset(),
}

FINAL = frozenset(status for status, following in ALLOWED.items() if not following)
PENDING = frozenset(ALLOWED) - FINAL


def check_move(old: JobStatus, new: JobStatus) -> None:
    """Let a job move from one status to another, or say what it could do.

    Args:
        old: The status that the job has.
        new: The status that it is to get.

    Raises:
        ConflictError: The table has no such move; the reason is ``invalid_state``.
    """
    if new in ALLOWED[old]:
        return
    expected = " or ".join(sorted(ALLOWED[old])) or "no further status"
    raise ConflictError(
        f"a job that is {old} can not become {new}: expected {expected}, got {new}",
        reason="invalid_state",
    )


def check_running(status: JobStatus) -> None:
    """Refuse to add to the log of a job that does not run.

    Raises:
        ConflictError: ``invalid_state``.
    """
    if status is not JobStatus.RUNNING:
        raise ConflictError(
            f"the job does not run: expected {JobStatus.RUNNING}, got {status}",
            reason="invalid_state",
        )


def check_finish(status: JobStatus, final: JobStatus) -> bool:
    """Whether a job is to be finished: it runs, and is not final already.

    Raises:
        ConflictError: ``invalid_state``: it waits, or ``final`` is no end.
    """
    if final not in FINAL:
        expected = ", ".join(sorted(FINAL))
        raise ConflictError(
            f"a job can not end as {final}: expected one of {expected}, got {final}",
            reason="invalid_state",
        )
    if status in FINAL:
        return False
    check_running(status)
    return True


def check_delete(status: JobStatus) -> None:
    """Refuse to forget a job that is not final.

    Raises:
        ConflictError: ``invalid_state``.
    """
    if status not in FINAL:
        expected = ", ".join(sorted(FINAL))
        raise ConflictError(
            f"only a final job can be deleted: expected one of {expected}, "
            f"got {status}",
            reason="invalid_state",
            hint="Cancel it first.",
        )
