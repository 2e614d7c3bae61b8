"""Ends of jobs that the service itself has to write down."""

from __future__ import annotations

import json
import time

from program_runtime.execution.events import Event, EventType
from program_runtime.execution.outcome import JobStatus, Outcome


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
