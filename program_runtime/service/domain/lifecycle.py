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
"""A job that was running at so many crashes may be their cause."""

RESTARTED = "service_restarted"
RESTARTED_MESSAGE = (
    "The service was restarted while the job was running. "
    "What it had published before is kept."
)
_ONCE_TOO_OFTEN = f" This happened {MAX_ATTEMPTS} times, so it is not started again."


_SERVED_APART_S = 1e-6


def moment(now: float) -> datetime:
    """Return seconds since the epoch as records hold them."""
    return datetime.fromtimestamp(now, UTC)


def served_at(now: float, newest: float) -> float:
    """Return when a user is said to be served: later than anyone before.

    Who was served longest ago is next, also after the clock was put back.

    Args:
        now: Seconds since the epoch.
        newest: When any user was served last.
    """
    return now if now > newest else newest + _SERVED_APART_S


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
        session_id=new.opens.id if new.opens else new.session_id,
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
        started=_not_before(job.created, now),
        isolation=isolation,
        attempts=job.attempts + 1,
    )


def cancel(job: Job, *, now: float, why: str | None = None) -> Step:
    """Cancel a job of which nothing runs.

    Args:
        job: It waits, or what ran of it is gone.
        now: Seconds since the epoch.
        why: What the job's user is told, if it was not they who cancelled it.
    """
    ended = _ended(job, now)
    return _move(job, JobStatus.CANCELLED, now, ended=ended, failure_message=why)


def end(
    job: Job,
    outcome: Outcome,
    *,
    last_seq: int,
    now: float,
    conditions: Mapping[str, Any] | None = None,
) -> Job:
    """End a running job whose last events are those of its outcome."""
    check_move(job.status, outcome.status)
    return replace(
        job,
        status=outcome.status,
        last_seq=last_seq,
        ended=_ended(job, now),
        usage=asdict(outcome.usage),
        conditions=conditions,
        failure_code=outcome.code,
        failure_message=outcome.message,
        traceback=outcome.traceback,
    )


def may_run_again(job: Job, *, has_checkpoint: bool) -> bool:
    """Whether a job loses nothing by being started once more."""
    return job.retry or has_checkpoint


def resettle(job: Job, *, has_checkpoint: bool, now: float) -> Step:
    """Decide about a job that ran when what ran it was killed: again, or failed.

    Args:
        job: It runs.
        has_checkpoint: There is a state in its log that it goes on from.
        now: Seconds since the epoch.
    """
    if job.cancel_requested:
        return cancel(job, now=now)
    if not may_run_again(job, has_checkpoint=has_checkpoint):
        return _fail(job, RESTARTED_MESSAGE, now)
    if job.attempts >= MAX_ATTEMPTS:
        return _fail(job, RESTARTED_MESSAGE + _ONCE_TOO_OFTEN, now)
    return _requeue(job, now)


def give_back(job: Job, *, begun: bool, has_checkpoint: bool, now: float) -> Step:
    """Decide about a job that the service ends because it stops in good order.

    The job is not to blame for that, so this start of it does not count.

    Args:
        job: It runs.
        begun: Its program may have been started.
        has_checkpoint: There is a state in its log that it goes on from.
        now: Seconds since the epoch.
    """
    if job.cancel_requested:
        return cancel(job, now=now)
    if begun and not may_run_again(job, has_checkpoint=has_checkpoint):
        return _fail(job, RESTARTED_MESSAGE, now)
    return _requeue(replace(job, attempts=job.attempts - 1), now)


def _requeue(job: Job, now: float) -> Step:
    return _move(job, JobStatus.QUEUED, now, started=None, isolation=None)


def _fail(job: Job, message: str, now: float) -> Step:
    error = {"code": RESTARTED, "message": message, "traceback": None}
    error_event = _event(job.last_seq + 1, now, EventType.ERROR, error)
    failed, events = _move(
        replace(job, last_seq=error_event.seq),
        JobStatus.FAILED,
        now,
        code=RESTARTED,
        ended=_ended(job, now),
        failure_code=RESTARTED,
        failure_message=message,
    )
    return failed, (error_event, *events)


def distinct(tags: tuple[str, ...]) -> tuple[str, ...]:
    """Return each tag once, in the order in which they came."""
    return tuple(dict.fromkeys(tags))


def _ended(job: Job, now: float) -> datetime:
    return _not_before(job.started or job.created, now)


def _not_before(earlier: datetime, now: float) -> datetime:
    """A clock that is put back makes no job end before it began."""
    return max(earlier, moment(now))


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
