"""What a running job waits for: a device, or its environment."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from program_runtime.execution.outcome import JobStatus

if TYPE_CHECKING:
    from program_runtime.service.context import Context
    from program_runtime.service.domain import Job

__all__ = ["with_wait"]


async def with_wait(here: Context, job: Job) -> Job:
    """Return a job with what it waits for as the reason of its state."""
    waits = job.id in here.specs.preparing or here.backends.is_device(job.backend)
    if job.status is not JobStatus.RUNNING or not waits:
        return job
    event = await here.store.events.latest(job.id, "status")
    if event is None or event.data is None:
        return job
    return replace(job, failure_message=json.loads(event.data).get("reason"))
