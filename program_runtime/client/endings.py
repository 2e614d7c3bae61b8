"""How a job ended, as the exception that ``result()`` raises."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from program_runtime import errors

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["NOT_OF_THE_PROGRAM", "describe", "to_error"]

NOT_OF_THE_PROGRAM = frozenset(
    (
        "bad_backend",
        "bad_environment",
        "device",
        "internal",
        "service_restarted",
        "storage",
        "unknown",
    )
)
"""Codes of failures that another run of the program, at home, shows nothing of."""


def describe(job: Mapping[str, Any]) -> str | None:
    """What to tell people about a job that ended without a result, or None."""
    status = job["state"]["status"]
    if status == "Cancelled":
        return f"Job {job['id']} was cancelled."
    if status != "Failed":
        return None
    code, message, traceback = _failure(job)
    if code == "wall_time":
        said = f"Job {job['id']} ran longer than its maximum execution time"
    else:
        said = f"Job {job['id']} failed ({code})"
    said = f"{said}: {message}" if message else f"{said}."
    return f"{said}\n{traceback.rstrip()}" if traceback else said


def to_error(job: Mapping[str, Any]) -> errors.ProgramRuntimeError:
    """The exception for a job that ended without a result."""
    message = describe(job) or f"Job {job['id']} has no result."
    if job["state"]["status"] == "Cancelled":
        return errors.RuntimeJobCancelledError(
            message, hint="A cancelled job has no result; see interim_results()."
        )
    code, _, traceback = _failure(job)
    kind = (
        errors.RuntimeJobMaxTimeoutError
        if code == "wall_time"
        else errors.RuntimeJobFailureError
    )
    at_home = f"`qrt run --from-job {job['id']}` runs it at home."
    hint = None if code in NOT_OF_THE_PROGRAM else at_home
    return kind(message, failure_code=code, traceback=traceback, hint=hint)


def _failure(job: Mapping[str, Any]) -> tuple[str, str, str | None]:
    failure = job.get("failure") or {}
    state = job["state"]
    code = failure.get("code") or state.get("reason_code") or "unknown"
    message = failure.get("message") or state.get("reason") or ""
    return str(code), str(message), failure.get("traceback")
