"""Records as the JSON that retired official clients read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from program_runtime.execution.outcome import JobStatus
from program_runtime.service.api import documents
from program_runtime.service.instance import GROUP, HUB, PROJECT

if TYPE_CHECKING:
    from program_runtime.service.domain import Job, Program

__all__ = [
    "DISPLAY_NAME",
    "failure_text",
    "job_document",
    "program_document",
    "ran_too_long",
    "with_params",
]

DISPLAY_NAME: Final = "x-name"
"""The key of program.json for a name that is none for us: it need not be unique."""
_TOO_LONG: Final = "Ran too long"
_PROGRAM_KEYS: Final = ("id", "description", "creation_date", "update_date")


def program_document(program: Program) -> dict[str, Any]:
    """Return a program without its source."""
    known = documents.program_document(program)
    return {
        **{key: known[key] for key in _PROGRAM_KEYS},
        "name": program.latest.metadata.get(DISPLAY_NAME, program.name),
        "cost": known["cost"] or 0,
        "is_public": known["is_public"],
        "spec": known["spec"],
    }


def job_document(job: Job) -> dict[str, Any]:
    """Return a job without its inputs.

    A job that ran too long is a cancelled one with a reason. A failed one has no
    reason: clients would show it in place of the traceback.
    """
    state = {"status": str(job.status)}
    if ran_too_long(job):
        state = {"status": str(JobStatus.CANCELLED), "reason": _TOO_LONG}
    known = documents.job_document(job)
    return {
        "id": job.id,
        "backend": job.backend,
        "state": state,
        "status": state["status"],
        "program": {"id": job.program_id},
        "created": known["created"],
        "hub": HUB,
        "group": GROUP,
        "project": PROJECT,
        "session_id": job.session_id,
        "tags": known["tags"],
        "cost": job.options.get("max_execution_time"),
        "runtime": known["runtime"],
        "estimated_running_time_seconds": known["estimated_running_time_seconds"],
    }


def with_params(document: dict[str, Any]) -> tuple[str, str]:
    """Return what stands before and after the inputs in a job's JSON text."""
    return f'{json.dumps(document)[:-1]}, "params": ', "}"


def ran_too_long(job: Job) -> bool:
    """Whether the service ended the job because its time was over."""
    return job.failure_code == "wall_time"


def failure_text(job: Job) -> str:
    """Return what is read in place of the result of a failed job; never JSON."""
    told = (job.failure_message or "", job.traceback or "")
    lines = [f"Job {job.id} failed ({job.failure_code}).", *filter(None, told)]
    return "\n".join(lines) + "\n"
