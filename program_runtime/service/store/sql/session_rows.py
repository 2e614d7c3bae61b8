"""Sessions as rows: read from the table, and written to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from program_runtime.service.domain import Session, SessionMode
from program_runtime.service.domain.lifecycle import moment
from program_runtime.service.store.sql.job_rows import moment_or_none, seconds_or_none

if TYPE_CHECKING:
    from sqlalchemy import Row


def to_session(row: Row[Any]) -> Session:
    """Return the session of a row."""
    return Session(
        id=row.id,
        user=row.user,
        mode=SessionMode(row.mode),
        backend=row.backend,
        max_ttl_s=row.max_ttl_s,
        interactive_ttl_s=row.interactive_ttl_s,
        created=moment(row.created),
        activated=moment_or_none(row.activated),
        closed=moment_or_none(row.closed),
        accepting_jobs=row.accepting_jobs,
        last_job_started=moment_or_none(row.last_job_started),
        last_job_completed=moment_or_none(row.last_job_completed),
        busy=bool(row.busy),
    )


def whole_row(session: Session) -> dict[str, Any]:
    """Return the columns of a new session."""
    return {
        "id": session.id,
        "user": session.user,
        "mode": session.mode.value,
        "backend": session.backend,
        "max_ttl_s": session.max_ttl_s,
        "interactive_ttl_s": session.interactive_ttl_s,
        "created": session.created.timestamp(),
    } | changing_columns(session)


def changing_columns(session: Session) -> dict[str, Any]:
    """Return the columns that change in a session's life."""
    return {
        "activated": seconds_or_none(session.activated),
        "closed": seconds_or_none(session.closed),
        "accepting_jobs": session.accepting_jobs,
        "last_job_started": seconds_or_none(session.last_job_started),
        "last_job_completed": seconds_or_none(session.last_job_completed),
    }
