"""The life of a job as a table: which status may follow which."""

from __future__ import annotations

from typing import TYPE_CHECKING

from program_runtime.execution import JobStatus
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
