"""The statements about sessions, each with a name."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, exists, func, insert, select, update

from program_runtime.execution.outcome import JobStatus
from program_runtime.service.domain import PENDING
from program_runtime.service.store.sql.tables import jobs, sessions, users

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import ColumnElement, Delete, Insert, Select, Update

    from program_runtime.service.domain import SessionQuery

_QUEUED = JobStatus.QUEUED.value
_RUNNING = JobStatus.RUNNING.value
_PENDING = sorted(status.value for status in PENDING)
_IS_OPEN = sessions.c.closed.is_(None)


def _has_jobs(*statuses: str) -> Any:
    return exists().where(
        jobs.c.session_id == sessions.c.id, jobs.c.status.in_(statuses)
    )


@cache
def _select() -> Select[Any]:
    return select(sessions, _has_jobs(*_PENDING).label("busy"))


@cache
def select_session() -> Select[Any]:
    """A session by its id."""
    return _select().where(sessions.c.id == bindparam("session_id"))


@cache
def hold_session() -> Select[Any]:
    """A session by its id, held until the transaction ends."""
    wanted = sessions.c.id == bindparam("session_id")
    return select(sessions.c.key).where(wanted).with_for_update()


@cache
def select_open_sessions() -> Select[Any]:
    """All that are not closed, oldest first."""
    return _select().where(_IS_OPEN).order_by(sessions.c.key)


def select_sessions(query: SessionQuery) -> Select[Any]:
    """The page of sessions that was asked for."""
    return (
        _select()
        .where(*_conditions(query))
        .order_by(sessions.c.key.desc())
        .limit(query.limit)
        .offset(query.offset)
    )


def count_sessions(query: SessionQuery) -> Select[Any]:
    """How many sessions there are without limit and offset."""
    return select(func.count()).select_from(sessions).where(*_conditions(query))


@cache
def select_user() -> Select[Any]:
    """The name of a user, if there is one."""
    return select(users.c.name).where(users.c.name == bindparam("user"))


@cache
def insert_session() -> Insert:
    """A new session."""
    return insert(sessions)


@cache
def update_session() -> Update:
    """Whatever of a session is given beside its key."""
    return update(sessions).where(sessions.c.key == bindparam("of_key"))


@cache
def delete_forgotten() -> Delete:
    """Sessions that were closed before a moment and have no job any more."""
    job = exists().where(jobs.c.session_id == sessions.c.id)
    return delete(sessions).where(sessions.c.closed < bindparam("before"), ~job)


@cache
def select_next_job() -> Select[Any]:
    """The first job of a session that waits; none while one of it runs."""
    running = jobs.alias("running")
    runs = exists().where(
        running.c.session_id == bindparam("session_id"), running.c.status == _RUNNING
    )
    return (
        select(jobs.c.key, jobs.c.priority)
        .where(
            jobs.c.session_id == bindparam("session_id"),
            jobs.c.status == _QUEUED,
            ~runs,
        )
        .order_by(jobs.c.key)
        .limit(1)
    )


@cache
def select_waiting_jobs() -> Select[Any]:
    """The jobs of a session that wait, held; not those that another process takes."""
    return (
        select(jobs)
        .where(jobs.c.session_id == bindparam("session_id"), jobs.c.status == _QUEUED)
        .order_by(jobs.c.key)
        .with_for_update(skip_locked=True)
    )


@cache
def update_waiting_priority() -> Update:
    """Where the jobs of a session that wait stand in the queue."""
    return update(jobs).where(
        jobs.c.session_id == bindparam("of_session"), jobs.c.status == _QUEUED
    )


def _conditions(query: SessionQuery) -> Iterator[ColumnElement[bool]]:
    if query.user is not None:
        yield sessions.c.user == query.user
    if query.is_open is not None:
        yield _IS_OPEN if query.is_open else sessions.c.closed.is_not(None)
