"""The append-only log of every job."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from program_runtime.execution.events import Event
    from program_runtime.service.domain import StoredEvent

__all__ = ["EventStore"]


class EventStore(Protocol):
    """The log of each job: numbers from 1 without gaps, stored before sent."""

    async def append(self, job_id: str, events: Sequence[Event]) -> None:
        """Add to the log of a running job; spooled payloads move to the blobs.

        Raises:
            NotFoundError: There is no such job.
            ConflictError: ``invalid_state``: the job does not run.
                ``event_sequence``: the numbers do not go on where the log ends.
        """
        ...

    async def read(
        self,
        job_id: str,
        *,
        after: int = 0,
        limit: int = 1000,
        max_bytes: int = 4 * 1024 * 1024,
        types: Collection[str] | None = None,
    ) -> Sequence[StoredEvent]:
        """Return the events after a number, in order; none for an unknown job.

        Args:
            job_id: The job.
            after: The number of the last event that the reader has.
            limit: At most so many.
            max_bytes: Stop when their inline payloads reach this size; at least
                one event is returned.
            types: Only these.
        """
        ...

    async def latest(self, job_id: str, event_type: str) -> StoredEvent | None:
        """Return the last event of a type: the result, a checkpoint, an error."""
        ...

    async def last_seq(self, job_id: str) -> int:
        """Return the number of the newest event, 0 for an unknown job."""
        ...
