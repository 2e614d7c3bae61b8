"""Ends of jobs that the service itself has to write down."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from typing import TYPE_CHECKING

from program_runtime.errors import StorageError
from program_runtime.execution.events import Event, EventType
from program_runtime.execution.outcome import JobStatus, Outcome
from program_runtime.service.domain import ConflictError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from program_runtime.service.domain import Job
    from program_runtime.service.hub import Hub
    from program_runtime.service.run import Run
    from program_runtime.service.store import Store

log = logging.getLogger(__name__)

_RETRY_S = 0.2
_LONGEST_RETRY_S = 5.0


def failed(code: str, message: str) -> Outcome:
    """Return a failure that no program is to blame for."""
    return Outcome(status=JobStatus.FAILED, code=code, message=message)


def last_events(seq: int, outcome: Outcome) -> list[Event]:
    """Return the events that end a job.

    Args:
        seq: The number of the first.
        outcome: How the job ended.
    """
    status: dict[str, str] = {"status": outcome.status}
    events = []
    if outcome.status is JobStatus.FAILED:
        error = {
            "code": outcome.code,
            "message": outcome.message,
            "traceback": outcome.traceback,
        }
        status["code"] = outcome.code or "internal"
        events.append(Event(seq, time.time(), EventType.ERROR, json.dumps(error)))
        seq += 1
    events.append(Event(seq, time.time(), EventType.STATUS, json.dumps(status)))
    return events


async def run_again(run: Run, *, store: Store) -> Sequence[Job]:
    """Queue a job again whose process was lost; cancel it, if that was asked for.

    As long as that can not be stored, the job is shown as running.

    Returns:
        The job as it is now; nothing, if the service stops before it is stored.
    """
    log.warning("the process of job %s was killed, so it runs again", run.job.id)
    pause_s = _RETRY_S
    while not run.sink.abandoned:
        try:
            return await store.jobs.recover([run.job.id])
        except StorageError:
            log.warning("job %s can not be queued again yet", run.job.id)
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_RETRY_S)
    return ()


async def settle(run: Run, outcome: Outcome, *, store: Store, hub: Hub) -> None:
    """Store the end of a job whose last events could not be stored.

    A full disk may take its time to become free: until then the job is shown as
    running, and a restart would settle it.
    """
    job_id, sink = run.job.id, run.sink
    pause_s = _RETRY_S
    while not (sink.finished or sink.goes_on or sink.abandoned):
        try:
            seq = await store.events.last_seq(job_id) + 1
            await sink.finish(last_events(seq, outcome), outcome)
        except StorageError:
            log.warning("the end of job %s can not be stored yet", job_id)
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_RETRY_S)
        except (ConflictError, NotFoundError):
            log.exception("the end of job %s was not wanted", job_id)
            hub.end(job_id)
            return
