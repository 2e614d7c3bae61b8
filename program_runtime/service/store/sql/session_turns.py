"""What jobs and sessions in the database do to each other, inside of a transaction.

Where a job that waits stands is in its row, and a claim finds its turn by the index:

* ``PLAIN``: by age, as a job of no session;
* more: before all those, the jobs of an older session before those of a younger one;
* ``BLOCKED``: it waits for another job of its dedicated session.

Of a dedicated session at most one job is not blocked, so that each end of a job changes
one other row at most, however many wait.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from program_runtime.execution.outcome import JobStatus
from program_runtime.service.domain import (
    FINAL,
    NotFoundError,
    SessionMode,
    SessionQuery,
    lifecycle,
    sessions,
)
from program_runtime.service.store.sql import job_statements
from program_runtime.service.store.sql import session_statements as statements
from program_runtime.service.store.sql.job_statements import BLOCKED, PLAIN
from program_runtime.service.store.sql.session_rows import (
    changing_columns,
    to_session,
    whole_row,
)

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from program_runtime.service.domain import Job, NewJob, NewSession, Session

_OLDEST = 2**31 - 1
"""The priority of jobs of a session before the first one."""


def held_session(connection: Connection, session_id: str) -> tuple[int, Session] | None:
    """Return key and record of a session that nobody else changes meanwhile."""
    wanted = {"session_id": session_id}
    if connection.dialect.name != "sqlite":
        # In a statement of its own: the next one sees what the last holder did to the
        # jobs, where one that had to wait sees them as they were before.
        connection.execute(statements.hold_session(), wanted)
    row = connection.execute(statements.select_session(), wanted).one_or_none()
    return None if row is None else (row.key, to_session(row))


def open_session(connection: Connection, new: NewSession, *, at: datetime) -> Session:
    """Write a new session.

    Raises:
        ConflictError: ``too_many_sessions``.
    """
    query = SessionQuery(user=new.user, is_open=True)
    count = connection.execute(statements.count_sessions(query)).scalar_one()
    sessions.check_room(new, open_ones=count)
    session = sessions.begin(new, at=at)
    connection.execute(statements.insert_session(), whole_row(session))
    return session


def join(connection: Connection, new: NewJob, *, now: float) -> int:
    """Let a new job begin a session or join one; returns the job's priority.

    Raises:
        NotFoundError: Its user has no such session.
        ConflictError: It can not join it, or can not begin one.
    """
    at = lifecycle.moment(now)
    if new.opens is not None:
        open_session(connection, new.opens, at=at)
        return PLAIN
    if new.session_id is None:
        return PLAIN
    found = held_session(connection, new.session_id)
    if found is None or found[1].user != new.user:
        raise NotFoundError(f"There is no session {new.session_id}.", kind="session")
    key, session = found
    sessions.check_join(session, backend=new.backend, at=at)
    if session.mode is SessionMode.DEDICATED and session.busy:
        return BLOCKED
    return _priority(key, session)


def follow(connection: Connection, job_key: int, job: Job) -> None:
    """Let the session of a job know that it moved on; its row says so already."""
    if job.session_id is None:
        return
    found = held_session(connection, job.session_id)
    if found is None:  # of a time before sessions were kept
        return
    key, session = found
    if job.status is JobStatus.RUNNING and job.started is not None:
        started = sessions.start_job(session, at=job.started)
        write(connection, key, started)
        if session.activated is None and session.mode is SessionMode.BATCH:
            _let_all_go_first(connection, key, started)
    elif job.status in FINAL and job.ended is not None:
        ended = sessions.end_job(session, at=job.ended)
        write(connection, key, ended)
        if session.mode is SessionMode.DEDICATED and session.busy:
            _let_next(connection, key, ended)
    else:
        change = {"of_key": job_key, "priority": _priority(key, session)}
        connection.execute(job_statements.update_job(), change)


def write(connection: Connection, key: int, session: Session) -> None:
    """Write how a session moved on."""
    connection.execute(
        statements.update_session(), {"of_key": key, **changing_columns(session)}
    )


def _let_next(connection: Connection, key: int, session: Session) -> None:
    """Let the first job of a dedicated session that waits have its turn."""
    row = connection.execute(
        statements.select_next_job(), {"session_id": session.id}
    ).one_or_none()
    if row is not None and row.priority == BLOCKED:
        change = {"of_key": row.key, "priority": _priority(key, session)}
        connection.execute(job_statements.update_job(), change)


def _let_all_go_first(connection: Connection, key: int, session: Session) -> None:
    connection.execute(
        statements.update_waiting_priority(),
        {"of_session": session.id, "priority": _priority(key, session)},
    )


def _priority(key: int, session: Session) -> int:
    return max(_OLDEST - key, PLAIN + 1) if session.goes_first else PLAIN
