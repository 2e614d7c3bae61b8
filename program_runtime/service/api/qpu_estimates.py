"""How long a quantum processor is going to work for a job, judged by earlier ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from program_runtime.service.context import Context
    from program_runtime.service.domain import Job

__all__ = ["qpu_estimate"]

_NEWEST = 20


async def qpu_estimate(here: Context, job: Job) -> dict[str, float | None]:
    """Return the ``estimated_running_time_seconds`` of a job.

    The service does not read what users send, so it can not count circuits: it says
    what the newest jobs of the same release took on the same device. Where nothing but
    this machine computes, no quantum processor works at all.
    """
    seconds: float | None = 0.0
    if await here.backends.is_brokered(job.backend):
        seconds = await here.store.jobs.mean_qpu_s(job, newest=_NEWEST)
    return {"estimated_running_time_seconds": seconds}
