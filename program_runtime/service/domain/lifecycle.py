"""The events that the service itself writes into a job's log."""

from __future__ import annotations

import json

from program_runtime.execution import EventType, JobStatus
from program_runtime.service.domain.records import StoredEvent

MAX_ATTEMPTS = 3
"""A job marked retry that was running at so many crashes may be their cause."""

RESTARTED = "service_restarted"
RESTARTED_MESSAGE = (
    "The service was restarted while the job was running. "
    "What it had published before is kept."
)


def status_event(
    seq: int, time: float, status: JobStatus, *, code: str | None = None
) -> StoredEvent:
    """Return the event that says which status a job has now."""
    fields = {"status": status, "code": code} if code else {"status": status}
    return _event(seq, time, EventType.STATUS, json.dumps(fields))


def restarted_events(seq: int, time: float) -> tuple[StoredEvent, StoredEvent]:
    """Return the last two events of a job that the service's end cut off."""
    error = {"code": RESTARTED, "message": RESTARTED_MESSAGE, "traceback": None}
    return (
        _event(seq, time, EventType.ERROR, json.dumps(error)),
        status_event(seq + 1, time, JobStatus.FAILED, code=RESTARTED),
    )


def _event(seq: int, time: float, kind: EventType, data: str) -> StoredEvent:
    return StoredEvent(seq, time, kind.value, data, None, len(data))
