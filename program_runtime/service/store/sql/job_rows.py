"""Jobs as rows: read from the table, and written to it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from program_runtime.execution.outcome import JobStatus
from program_runtime.service.domain import Job
from program_runtime.service.domain.lifecycle import moment

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Row


def to_job(row: Row[Any]) -> Job:
    """Return the job of a row."""
    return Job(
        id=row.id,
        user=row.user,
        program_id=row.program_id,
        version=row.version,
        digest=row.digest,
        backend=row.backend,
        status=JobStatus(row.status),
        created=moment(row.created),
        options=json.loads(row.options),
        tags=tuple(json.loads(row.tags)),
        session_id=row.session_id,
        started=moment_or_none(row.started),
        ended=moment_or_none(row.ended),
        last_seq=row.last_seq,
        attempts=row.attempts,
        retry=row.retry,
        cancel_requested=row.cancel_requested,
        isolation=row.isolation,
        usage=_mapping_or_none(row.usage),
        conditions=_mapping_or_none(row.conditions),
        failure_code=row.failure_code,
        failure_message=row.failure_message,
        traceback=row.traceback,
    )


def whole_row(job: Job) -> dict[str, Any]:
    """Return the columns of a new job, beside those that a Job does not have."""
    return {
        "id": job.id,
        "user": job.user,
        "program_id": job.program_id,
        "version": job.version,
        "digest": job.digest,
        "backend": job.backend,
        "created": job.created.timestamp(),
        "options": json.dumps(dict(job.options)),
        "tags": tags_text(job.tags),
        "session_id": job.session_id,
        "retry": job.retry,
    } | changing_columns(job)


def changing_columns(job: Job) -> dict[str, Any]:
    """Return the columns that change as a job moves on."""
    return {
        "status": job.status.value,
        "started": seconds_or_none(job.started),
        "ended": seconds_or_none(job.ended),
        "last_seq": job.last_seq,
        "attempts": job.attempts,
        "isolation": job.isolation,
        "usage": _text_or_none(job.usage),
        "conditions": _text_or_none(job.conditions),
        "failure_code": job.failure_code,
        "failure_message": job.failure_message,
        "traceback": job.traceback,
    }


def tags_text(tags: tuple[str, ...]) -> str:
    """Return tags as their column holds them."""
    return json.dumps(tags)


def moment_or_none(seconds: float | None) -> datetime | None:
    """Return a moment that may not have come, as records hold it."""
    return None if seconds is None else moment(seconds)


def seconds_or_none(at: datetime | None) -> float | None:
    """Return it as its column holds it."""
    return None if at is None else at.timestamp()


def _mapping_or_none(text: str | None) -> dict[str, Any] | None:
    return None if text is None else json.loads(text)


def _text_or_none(mapping: Mapping[str, Any] | None) -> str | None:
    return None if mapping is None else json.dumps(dict(mapping))
