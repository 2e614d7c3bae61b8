"""Waits for a job on behalf of a request: until it is final, or there is news."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

from fastapi import Query

from program_runtime.execution.outcome import JobStatus
from program_runtime.service.api.access import visible_job
from program_runtime.service.api.documents import ends_job
from program_runtime.service.domain import FINAL
from program_runtime.service.hub import Ending

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from program_runtime.service.context import Context
    from program_runtime.service.domain import Job, StoredEvent, User
    from program_runtime.service.hub import Listener

LONGEST_WAIT_S = 60.0
BATCH = 2000
"""So many events a frame at most."""
_FRAME_BYTES = 256 * 1024
"""And so many of their payloads: one frame is held for each reader that is slow."""

Wait = Annotated[
    float, Query(ge=0, le=86400, description="Seconds to wait; at most 60 are waited.")
]


async def job_when_final(
    here: Context, caller: User, job_id: str, wait_s: float
) -> Job:
    """Return the job when it is final, or as it is when the time has passed.

    Raises:
        HttpRefusal: 404: it is not there, or not the caller's.
    """
    if wait_s <= 0:
        return await visible_job(here, caller, job_id)
    ends = time.monotonic() + min(wait_s, LONGEST_WAIT_S)
    with here.hub.listen(job_id, final_only=True) as listener:
        while True:
            job = await visible_job(here, caller, job_id)
            left = ends - time.monotonic()
            if job.status in FINAL or left <= 0 or here.hub.closed:
                return job
            await listener.wait(left)


async def ending_when_final(
    here: Context, caller: User, job_id: str, wait_s: float
) -> Ending:
    """Return how a job ended, or its status when the time has passed.

    Who waited is told by the hub and needs no further look into the store.

    Raises:
        HttpRefusal: 404: it is not there, or not the caller's.
    """
    ends = time.monotonic() + min(wait_s, LONGEST_WAIT_S)
    with here.hub.listen(job_id, final_only=True) as listener:
        if wait_s > 0 and here.hub.expects(job_id, caller.name):
            await listener.wait(min(wait_s, LONGEST_WAIT_S))
        while listener.ending is None:
            job = await visible_job(here, caller, job_id)
            left = ends - time.monotonic()
            if job.status in FINAL or left <= 0 or here.hub.closed:
                break
            await listener.wait(left)
        else:
            return listener.ending
    if job.status is JobStatus.COMPLETED:
        return Ending(job.status, await here.store.events.latest(job_id, "result"))
    return Ending(job.status, None)


async def events_when_there(
    here: Context, job: Job, *, after: int, limit: int, wait_s: float
) -> tuple[Sequence[StoredEvent], bool]:
    """Return the next events, waiting for the first; and whether the job is final.

    Final means that no event will follow those that are returned.
    """
    ends = time.monotonic() + min(wait_s, LONGEST_WAIT_S)
    with here.hub.listen(job.id) as listener:
        while True:
            events = await here.store.events.read(job.id, after=after, limit=limit)
            if events:
                return events, ends_job(events[-1])
            now = await here.store.jobs.get(job.id)
            if now is None or (now.status in FINAL and now.last_seq <= after):
                return (), True
            left = ends - time.monotonic()
            if left <= 0 or here.hub.closed:
                return (), False
            await listener.wait(left)


async def follow(
    here: Context,
    job_id: str,
    listener: Listener,
    *,
    after: int,
    quiet_s: float | None = None,
) -> AsyncIterator[Sequence[StoredEvent]]:
    """Yield a job's events in groups, until it is final or the listener left.

    The log is read again for every group, so a slow reader holds nothing up and
    costs no memory.

    Args:
        here: The service.
        job_id: The job.
        listener: To the job, listening already.
        after: The last event that the reader has.
        quiet_s: Yield an empty group when there was no news for so long.
    """
    checked = False
    while not listener.left:
        events = await here.store.events.read(
            job_id, after=after, limit=BATCH, max_bytes=_FRAME_BYTES
        )
        if events:
            after = events[-1].seq
            yield events
            if ends_job(events[-1]):
                return
            continue
        if not checked:
            # The end may lie behind the reader already; later ends come as events.
            job = await here.store.jobs.get(job_id)
            if job is None or (job.status in FINAL and job.last_seq <= after):
                return
            checked = True
        if here.hub.closed:
            return
        if not await listener.wait(quiet_s):
            yield ()
