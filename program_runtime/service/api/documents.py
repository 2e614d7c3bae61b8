"""Records as the JSON that clients read."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from json.encoder import encode_basestring_ascii
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from program_runtime.execution.outcome import JobStatus
from program_runtime.service.domain import FINAL

if TYPE_CHECKING:
    from collections.abc import Iterable

    from program_runtime.service.domain import (
        Job,
        Program,
        Release,
        Session,
        StoredEvent,
        User,
    )
    from program_runtime.service.recent_usage import UsagePeriod

_RAN_TOO_LONG = 1305
"""The ``reason_code`` by which official clients tell that a job ran too long."""


def json_response(document: Any, *, status: int = 200) -> Response:
    """Return a document as an answer."""
    return Response(
        json.dumps(document), status_code=status, media_type="application/json"
    )


def user_document(user: User) -> dict[str, Any]:
    """Return a user."""
    return {
        "name": user.name,
        "role": user.role,
        "created": _time(user.created),
        "active": user.active,
    }


def program_document(program: Program) -> dict[str, Any]:
    """Return a program as of its latest release."""
    latest = program.latest
    return {
        "id": program.id,
        "name": program.name,
        "owner": program.owner,
        "description": program.description,
        "version": latest.version,
        "labels": dict(program.labels),
        "visibility": program.visibility,
        "is_public": program.is_public,
        "cost": latest.metadata.get("max_execution_time"),
        "creation_date": _time(program.created),
        "update_date": _time(program.updated),
        "spec": latest.metadata.get("spec", {}),
        "digest": latest.digest,
    }


def release_document(release: Release) -> dict[str, Any]:
    """Return a release."""
    return {
        "program_id": release.program_id,
        "version": release.version,
        "digest": release.digest,
        "size": release.size,
        "created": _time(release.created),
        "published_by": release.published_by,
        "labels": list(release.labels),
        "was_latest": release.was_latest,
        "metadata": dict(release.metadata),
    }


def job_document(job: Job) -> dict[str, Any]:
    """Return a job, with the keys that official clients look for."""
    failed = job.status is JobStatus.FAILED
    failure = {
        "code": job.failure_code,
        "message": job.failure_message,
        "traceback": job.traceback,
    }
    return {
        "id": job.id,
        "program": {
            "id": job.program_id,
            "version": job.version,
            "digest": job.digest,
        },
        "backend": job.backend,
        "state": {
            "status": job.status,
            "reason": _reason(job),
            "reason_code": _RAN_TOO_LONG if job.failure_code == "wall_time" else None,
        },
        "failure": failure if failed else None,
        "created": _time(job.created),
        "started": _time(job.started),
        "ended": _time(job.ended),
        "tags": list(job.tags),
        "session_id": job.session_id,
        "user": job.user,
        "last_seq": job.last_seq,
        "isolation": job.isolation,
        "usage": dict(job.usage) if job.usage is not None else None,
        "conditions": dict(job.conditions) if job.conditions is not None else None,
        "options": dict(job.options),
        # Looked up for who asks for one job.
        "estimated_running_time_seconds": None,
        "private": False,
        "runtime": job.options.get("image"),
    }


def usage_document(period: UsagePeriod) -> dict[str, Any]:
    """Return what jobs used; seconds mean those on a quantum processor, as at IBM's."""
    return {
        "usage_consumed_seconds": period.used.qpu_s,
        "usage_limit_seconds": None,
        "usage_limit_reached": False,
        "usage_period": {
            "start_time": _time(period.start),
            "end_time": _time(period.end),
        },
        "used": asdict(period.used),
    }


def session_document(session: Session) -> dict[str, Any]:
    """Return a session, with the keys that official clients look for."""
    moments = {
        "open": session.created,
        "active": session.activated,
        "closed": session.closed,
    }
    return {
        "id": session.id,
        "user": session.user,
        "mode": session.mode,
        "backend_name": session.backend,
        "state": session.state,
        "accepting_jobs": session.accepting_jobs,
        "max_ttl": _seconds(session.max_ttl_s),
        "active_ttl": _seconds(session.max_ttl_s),
        "interactive_ttl": _seconds(session.interactive_ttl_s),
        "started_at": _time(session.created),
        "activated_at": _time(session.activated),
        "closed_at": _time(session.closed),
        "last_job_started": _time(session.last_job_started),
        "last_job_completed": _time(session.last_job_completed),
        "elapsed_time": _elapsed_s(session),
        "timestamps": [
            {"status": status, "timestamp": _time(moment)}
            for status, moment in moments.items()
            if moment is not None
        ],
    }


def _reason(job: Job) -> str | None:
    """Return why a job failed: official clients show this and nothing else."""
    if job.failure_message is None or not job.traceback:
        return job.failure_message
    return f"{job.failure_message}\n\n{job.traceback}"


def event_text(event: StoredEvent) -> str:
    """Return one event as JSON text; ``json.dumps`` would take four times as long."""
    seq, moment, kind, data, digest, size = event
    head = f'{{"seq":{seq},"time":{moment!r},"type":"{kind}","data":'
    if digest is not None:
        return f'{head}null,"blob":"{digest}","size":{size}}}'
    return f"{head}{encode_basestring_ascii(data or '')}}}"


def events_text(events: Iterable[StoredEvent]) -> str:
    """Return events as the text of a JSON array."""
    return f"[{','.join(map(event_text, events))}]"


def ends_job(event: StoredEvent) -> bool:
    """Whether an event is the last one of its job."""
    return (
        event.type == "status"
        and event.data is not None
        and json.loads(event.data).get("status") in FINAL
    )


def _elapsed_s(session: Session) -> float:
    """Return for how long the session was in use; official clients call it usage."""
    if session.activated is None:
        return 0.0
    until = datetime.now(UTC) if session.busy else session.idle_since
    return max(0.0, (until - session.activated).total_seconds())


def _seconds(seconds: float) -> float:
    """Official clients show whole seconds."""
    return int(seconds) if seconds == int(seconds) else seconds


def _time(moment: datetime | None) -> str | None:
    """Return a moment as ISO 8601 in UTC, with the Z that older clients need."""
    if moment is None:
        return None
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
