"""Where a job waits in the queue, for who asks: it is looked up for nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from program_runtime.execution.outcome import JobStatus

if TYPE_CHECKING:
    from program_runtime.service.context import Context
    from program_runtime.service.domain import Job

__all__ = ["place_in_queue"]


async def place_in_queue(here: Context, job: Job) -> dict[str, int]:
    """Return the ``queue_position`` of a job; nothing where it has none."""
    if job.status is not JobStatus.QUEUED:
        return {}
    place = await here.store.jobs.queue_position(job.id)
    return {} if place is None else {"queue_position": place}
