"""How a job moves on: each step takes the job and returns it with its new events.

The stores do nothing but keep what these functions return, so that there is one
place for what happens to a job.
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from program_runtime.execution.events import EventType
from program_runtime.execution.outcome import JobStatus
from program_runtime.service.domain.records import Job, StoredEvent
from program_runtime.service.domain.states import check_move

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from program_runtime.execution.outcome import Outcome
    from program_runtime.service.domain.records import NewJob

Step = tuple[Job, tuple[StoredEvent, ...]]
"""The job as it is now, and the events that say so."""

MAX_ATTEMPTS = 3
"""A job marked retry that was running at so many crashes may be their cause."""

RESTARTED = "service_restarted"
RESTARTED_MESSAGE = (
    "The service was restarted while the job was running. "
    "What it had published before is kept."
)


def moment(now: float) -> datetime:
    """Return seconds since the epoch as records hold them."""
    return datetime.fromtimestamp(now, UTC)


def queue(new: NewJob, *, digest: str, now: float) -> Step:
    """Return the job that was asked for.

    Args:
        new: What was asked for.
        digest: Of the release's bundle.
        now: Seconds since the epoch.
    """
    job = Job(
        id=new.id,
        user=new.user,
        program_id=new.program_id,
        version=new.version,
        digest=digest,
        backend=new.backend,
        status=JobStatus.QUEUED,
        created=moment(now),
        options=new.options,
        tags=distinct(new.tags),
        session_id=new.id if new.start_session else new.session_id,
        retry=new.retry,
        last_seq=1,
    )
    return job, (_status_event(1, now, JobStatus.QUEUED),)


def start(job: Job, *, isolation: str | None, now: float) -> Step:
    """Run a queued job."""
    return _move(
        job,
        JobStatus.RUNNING,
        now,
        started=moment(now),
        isolation=isolation,
        attempts=job.attempts + 1,
    )


def cancel(job: Job, *, now: float) -> Step:
    """Cancel a queued job."""
    return _move(job, JobStatus.CANCELLED, now, ended=moment(now))


def end(job: Job, outcome: Outcome, *, last_seq: int, now: float) -> Job:
    """End a running job whose last events are those of its outcome."""
    check_move(job.status, outcome.status)
    return replace(
        job,
        status=outcome.status,
        last_seq=last_seq,
        ended=moment(now),
        usage=asdict(outcome.usage),
        failure_code=outcome.code,
        failure_message=outcome.message,
        traceback=outcome.traceback,
    )


def resettle(job: Job, *, now: float) -> Step:
    """Decide about a job that ran when the service ended: again, or failed."""
    if job.retry and job.attempts < MAX_ATTEMPTS:
        return _move(job, JobStatus.QUEUED, now, started=None, isolation=None)
    error = {"code": RESTARTED, "message": RESTARTED_MESSAGE, "traceback": None}
    error_event = _event(job.last_seq + 1, now, EventType.ERROR, error)
    failed, events = _move(
        replace(job, last_seq=error_event.seq),
        JobStatus.FAILED,
        now,
        code=RESTARTED,
        ended=moment(now),
        failure_code=RESTARTED,
        failure_message=RESTARTED_MESSAGE,
    )
    return failed, (error_event, *events)


def distinct(tags: tuple[str, ...]) -> tuple[str, ...]:
    """Return each tag once, in the order in which they came."""
    return tuple(dict.fromkeys(tags))


def _move(
    job: Job, status: JobStatus, now: float, *, code: str | None = None, **changes: Any
) -> Step:
    check_move(job.status, status)
    event = _status_event(job.last_seq + 1, now, status, code=code)
    return replace(job, status=status, last_seq=event.seq, **changes), (event,)


def _status_event(
    seq: int, now: float, status: JobStatus, *, code: str | None = None
) -> StoredEvent:
    fields = {"status": status, "code": code} if code else {"status": status}
    return _event(seq, now, EventType.STATUS, fields)


def _event(
    seq: int, now: float, kind: EventType, fields: Mapping[str, str | None]
) -> StoredEvent:
    data = json.dumps(fields)
    return StoredEvent(seq, now, kind.value, data, None, len(data))
