"""The statements about events, each with a name."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, insert, select, update

from program_runtime.service.store.sql.tables import events, jobs

if TYPE_CHECKING:
    from sqlalchemy import Dialect, Select, Update

_STORED = (
    events.c.seq,
    events.c.time,
    events.c.type,
    events.c.data,
    events.c.blob_digest,
    events.c.size,
)


def _of_job() -> Any:
    key = select(jobs.c.key).where(jobs.c.id == bindparam("job_id"))
    return events.c.job_key == key.scalar_subquery()


@cache
def select_events() -> Select[Any]:
    """The events of a job after a number, in order."""
    return (
        select(*_STORED)
        .where(_of_job(), events.c.seq > bindparam("after"))
        .order_by(events.c.seq)
        .limit(bindparam("limit"))
    )


@cache
def select_events_of_types() -> Select[Any]:
    """Those of some types only."""
    wanted = events.c.type.in_(bindparam("types", expanding=True))
    return select_events().where(wanted)


@cache
def select_latest_event() -> Select[Any]:
    """The last event of a type."""
    return (
        select(*_STORED)
        .where(_of_job(), events.c.type == bindparam("type"))
        .order_by(events.c.seq.desc())
        .limit(1)
    )


@cache
def select_log_end() -> Select[Any]:
    """Where the log of a job ends, held until the transaction does."""
    return (
        select(jobs.c.key, jobs.c.status, jobs.c.last_seq)
        .where(jobs.c.id == bindparam("job_id"))
        .with_for_update()
    )


@cache
def select_last_seq() -> Select[Any]:
    """The number of the newest event of a job."""
    return select(jobs.c.last_seq).where(jobs.c.id == bindparam("job_id"))


@cache
def insert_events(dialect: Dialect) -> str:
    """New events, in the driver's own words and with values by position.

    SQLAlchemy looks at each value of each row on its way: for this one statement,
    of which there are tens of thousands a second, that is most of the time.
    """
    named = not dialect.positional
    kind: Any = type(dialect)
    spoken = kind(paramstyle="format") if named else dialect
    return str(insert(events).compile(dialect=spoken))


@cache
def update_last_seq() -> Update:
    """Where the log ends now."""
    return update(jobs).where(jobs.c.key == bindparam("of_key"))
