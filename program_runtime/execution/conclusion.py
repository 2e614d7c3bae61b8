"""Stores the end of a job, whatever it is."""

from __future__ import annotations

import contextlib
import json
import logging
from typing import TYPE_CHECKING

from program_runtime.execution.events import EventType
from program_runtime.execution.outcome import JobStatus, Outcome
from program_runtime.execution.verdict import Verdict

if TYPE_CHECKING:
    from program_runtime.execution.events import Blob
    from program_runtime.execution.outcome import Usage
    from program_runtime.execution.recorder import Recorder

__all__ = ["conclude", "discard"]

_logger = logging.getLogger(__name__)


async def conclude(
    recorder: Recorder, verdict: Verdict, usage: Usage, result: str | Blob | None = None
) -> Outcome:
    """Store result or error, the final status and the outcome, in one transaction.

    Args:
        recorder: Holds the events that are not stored yet.
        verdict: How the job ended.
        usage: What it used.
        result: Dropped unless the job completed.

    Returns:
        What was stored: ``storage`` for a result that could not be; who failed or
        was cancelled keeps that reason.
    """
    if verdict.code == "storage":
        recorder.forget()
    if verdict.status is not JobStatus.COMPLETED and result is not None:
        discard(result)
        result = None
    try:
        return await _store(recorder, verdict, usage, result)
    except Exception as error:  # noqa: BLE001 - a store may raise anything
        _logger.warning("The end of a job could not be stored: %s", error)
        recorder.forget()
        lost = verdict
        if verdict.status is JobStatus.COMPLETED:
            lost = Verdict.failed("storage", f"The result was not stored: {error}")
        with contextlib.suppress(Exception):
            return await _store(recorder, lost, usage, None)
        return _outcome(lost, usage)


def discard(payload: str | Blob) -> None:
    """Drop a payload that nobody will get."""
    if not isinstance(payload, str):
        payload.path.unlink(missing_ok=True)


async def _store(
    recorder: Recorder, verdict: Verdict, usage: Usage, result: str | Blob | None
) -> Outcome:
    outcome = _outcome(verdict, usage)
    last: list[tuple[EventType, str | Blob]] = []
    if result is not None:
        last.append((EventType.RESULT, result))
    if verdict.status is JobStatus.FAILED:
        report = {
            "code": verdict.code,
            "message": verdict.message,
            "traceback": verdict.traceback,
        }
        last.append((EventType.ERROR, json.dumps(report)))
    status = {"status": str(verdict.status)}
    if verdict.code is not None:
        status["code"] = verdict.code
    last.append((EventType.STATUS, json.dumps(status)))
    await recorder.finish(last, outcome)
    return outcome


def _outcome(verdict: Verdict, usage: Usage) -> Outcome:
    return Outcome(
        status=verdict.status,
        code=verdict.code,
        message=verdict.message,
        traceback=verdict.traceback,
        usage=usage,
        lost=verdict.lost,
    )
