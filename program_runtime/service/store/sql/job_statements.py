"""The statements about jobs, each with a name."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    JSON,
    Text,
    bindparam,
    cast,
    delete,
    exists,
    func,
    insert,
    select,
    update,
)

from program_runtime.execution.events import EventType
from program_runtime.execution.outcome import JobStatus
from program_runtime.service.domain import PENDING
from program_runtime.service.store.sql.tables import (
    events,
    inputs,
    job_tags,
    jobs,
    programs,
    releases,
    users,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy import ColumnElement, Delete, Insert, Select, Update

    from program_runtime.service.domain import JobQuery

_QUEUED = JobStatus.QUEUED.value
_RUNNING = JobStatus.RUNNING.value
PLAIN = 0
"""The priority of a job that goes by its age."""
BLOCKED = -1
"""That of a job that waits for another one; see ``session_turns``."""
_PENDING = sorted(status.value for status in PENDING)


@cache
def select_submission() -> Select[Any]:
    """What must be known before a job is queued, in one row."""
    user = select(users.c.name).where(users.c.name == bindparam("user"))
    earlier = select(jobs.c.id).where(
        jobs.c.user == bindparam("user"),
        jobs.c.idempotency_key == bindparam("idempotency_key"),
    )
    release = (
        select(releases.c.key, releases.c.digest)
        .join(programs, programs.c.key == releases.c.program_key)
        .where(
            programs.c.id == bindparam("program_id"),
            programs.c.deleted.is_(None),
            releases.c.version == bindparam("version"),
        )
    )
    return select(
        user.scalar_subquery().label("user"),
        earlier.scalar_subquery().label("earlier"),
        release.with_only_columns(releases.c.key)
        .scalar_subquery()
        .label("release_key"),
        release.with_only_columns(releases.c.digest).scalar_subquery().label("digest"),
    )


@cache
def insert_job() -> Insert:
    """A new job."""
    return insert(jobs)


@cache
def insert_inputs() -> Insert:
    """The inputs of a new job."""
    return insert(inputs)


@cache
def insert_tags() -> Insert:
    """Tags of a job."""
    return insert(job_tags)


@cache
def delete_tags() -> Delete:
    """All tags of a job."""
    return delete(job_tags).where(job_tags.c.job_key == bindparam("job_key"))


@cache
def select_job() -> Select[Any]:
    """A job by its id."""
    return select(jobs).where(jobs.c.id == bindparam("job_id"))


@cache
def select_job_to_change() -> Select[Any]:
    """A job by its id, held until the transaction ends."""
    return select_job().with_for_update()


@cache
def select_inputs() -> Select[Any]:
    """The inputs of a job."""
    return (
        select(inputs.c.text, inputs.c.digest)
        .join(jobs, jobs.c.key == inputs.c.job_key)
        .where(jobs.c.id == bindparam("job_id"))
    )


@cache
def count_running() -> Select[Any]:
    """How many jobs run."""
    return select(func.count()).select_from(jobs).where(jobs.c.status == _RUNNING)


@cache
def select_turn() -> Select[Any]:
    """The job whose turn it is, held, or the next if another process holds it.

    For each user the index gives the first job that waits, so the time this
    takes grows with the users and not with the queue.
    """
    waiting = jobs.alias("waiting")
    first = (
        select(waiting.c.key)
        .where(
            waiting.c.status == _QUEUED,
            waiting.c.user == users.c.name,
            waiting.c.priority >= PLAIN,
        )
        .order_by(waiting.c.priority.desc(), waiting.c.key)
        .limit(1)
        .correlate(users)
        .scalar_subquery()
    )
    active = jobs.alias("active")
    running = (
        select(func.count())
        .select_from(active)
        .where(active.c.status == _RUNNING, active.c.user == users.c.name)
        .correlate(users)
        .scalar_subquery()
    )
    return (
        select(jobs)
        .join_from(users, jobs, jobs.c.key == first)
        .where(jobs.c.status == _QUEUED)
        .order_by(
            (jobs.c.priority > PLAIN).desc(),
            running,
            users.c.last_served,
            jobs.c.priority.desc(),
            jobs.c.key,
        )
        .limit(1)
        .with_for_update(of=jobs, skip_locked=True)
    )


@cache
def select_queue_position() -> Select[Any]:
    """The place of a job among all that wait, were they all taken now.

    A user whose turn comes has one more job running then: the n-th job of a user is
    compared with those of others as if the n-1 before it ran. Of two users who have
    as many then, the one who began with more was served longer ago.
    """
    goes_first = jobs.c.priority > PLAIN
    by_turn = (jobs.c.priority.desc(), jobs.c.key)
    nth = func.row_number().over(partition_by=jobs.c.user, order_by=by_turn)
    nth_of_kind = func.row_number().over(
        partition_by=(jobs.c.user, goes_first), order_by=by_turn
    )
    waiting = (
        select(
            jobs.c.key,
            jobs.c.id,
            jobs.c.user,
            goes_first.label("goes_first"),
            nth.label("nth"),
            (nth - nth_of_kind).label("earlier_kind"),
            func.min(jobs.c.key).over(partition_by=jobs.c.user).label("first_key"),
        )
        .where(jobs.c.status == _QUEUED, jobs.c.priority >= PLAIN)
        .subquery()
    )
    active = (
        select(jobs.c.user, func.count().label("count"))
        .where(jobs.c.status == _RUNNING)
        .group_by(jobs.c.user)
        .subquery()
    )
    running = func.coalesce(active.c.count, 0)
    place = func.row_number().over(
        order_by=(
            waiting.c.goes_first.desc(),
            running + waiting.c.nth,
            (running + waiting.c.earlier_kind).desc(),
            running.desc(),
            users.c.last_served,
            waiting.c.first_key,
        )
    )
    queue = (
        select(waiting.c.id, place.label("place"))
        .join_from(waiting, users, users.c.name == waiting.c.user)
        .outerjoin(active, active.c.user == waiting.c.user)
        .subquery()
    )
    return select(queue.c.place).where(queue.c.id == bindparam("job_id"))


@cache
def select_any_queued() -> Select[Any]:
    """The oldest job that may run and that no other process holds."""
    return (
        select(jobs)
        .where(jobs.c.status == _QUEUED, jobs.c.priority >= PLAIN)
        .order_by(jobs.c.key)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


@cache
def select_newest_served() -> Select[Any]:
    """When a job of any user last began."""
    return select(func.max(users.c.last_served))


@cache
def update_served() -> Update:
    """When a job of the user last began."""
    return update(users).where(users.c.name == bindparam("of_name"))


@cache
def update_job() -> Update:
    """Whatever of a job is given beside its key."""
    return update(jobs).where(jobs.c.key == bindparam("of_key"))


@cache
def select_running() -> Select[Any]:
    """All jobs that run, oldest first, and whether they have a checkpoint."""
    checkpoint = exists().where(
        events.c.job_key == jobs.c.key, events.c.type == EventType.CHECKPOINT.value
    )
    return (
        select(jobs, checkpoint.label("has_checkpoint"))
        .where(jobs.c.status == _RUNNING)
        .order_by(jobs.c.key)
        .with_for_update()
    )


@cache
def select_running_of() -> Select[Any]:
    """Those of some ids."""
    return select_running().where(jobs.c.id.in_(bindparam("job_ids", expanding=True)))


@cache
def delete_job() -> Delete:
    """A job; inputs, tags and events go with it."""
    return delete(jobs).where(jobs.c.key == bindparam("of_key"))


@cache
def count_queued_by_backend() -> Select[Any]:
    """How many jobs wait for each backend."""
    return (
        select(jobs.c.backend, func.count())
        .where(jobs.c.status == _QUEUED)
        .group_by(jobs.c.backend)
    )


@cache
def mean_qpu_s() -> Select[Any]:
    """Of the newest completed jobs of a job's release on a backend."""
    release = select(jobs.c.release_key).where(jobs.c.id == bindparam("job_id"))
    newest = (
        select(_used("qpu_s").label("qpu_s"))
        .where(
            jobs.c.release_key == release.scalar_subquery(),
            jobs.c.backend == bindparam("backend"),
            jobs.c.status == JobStatus.COMPLETED.value,
        )
        .order_by(jobs.c.key.desc())
        .limit(bindparam("newest"))
        .subquery()
    )
    return select(func.avg(newest.c.qpu_s))


def sum_usage(*, user: str | None, since: datetime) -> Select[Any]:
    """What the jobs used together that ended since."""
    sums: list[Any] = [
        func.coalesce(func.sum(_used(name)), 0.0).label(name)
        for name in ("wall_s", "cpu_s", "qpu_s", "circuits", "shots")
    ]
    statement = select(func.count(jobs.c.usage).label("jobs"), *sums).where(
        jobs.c.ended >= since.timestamp()
    )
    return statement if user is None else statement.where(jobs.c.user == user)


def _used(name: str) -> ColumnElement[float]:
    # SQLite reads JSON from any text, and has no type that a text could be cast to.
    usage = cast(jobs.c.usage, JSON().with_variant(Text(), "sqlite"))
    seconds: ColumnElement[float] = usage[name].as_float()
    return seconds


def select_jobs(query: JobQuery) -> Select[Any]:
    """The page of jobs that was asked for."""
    order = jobs.c.key if query.oldest_first else jobs.c.key.desc()
    return (
        select(jobs)
        .where(*_conditions(query))
        .order_by(order)
        .limit(query.limit)
        .offset(query.offset)
    )


def count_jobs(query: JobQuery) -> Select[Any]:
    """How many jobs there are without limit and offset."""
    return select(func.count()).select_from(jobs).where(*_conditions(query))


def _conditions(query: JobQuery) -> Iterator[ColumnElement[bool]]:
    exact = (
        (jobs.c.user, query.user),
        (jobs.c.program_id, query.program_id),
        (jobs.c.backend, query.backend),
        (jobs.c.session_id, query.session_id),
    )
    yield from (column == wanted for column, wanted in exact if wanted is not None)
    if query.pending is not None:
        pending = jobs.c.status.in_(_PENDING)
        yield pending if query.pending else ~pending
    if query.created_after is not None:
        yield jobs.c.created >= query.created_after.timestamp()
    if query.created_before is not None:
        yield jobs.c.created <= query.created_before.timestamp()
    if query.hidden_prefix is not None:
        yield ~jobs.c.backend.startswith(query.hidden_prefix, autoescape=True)
    for tag in query.tags:
        yield exists().where(job_tags.c.job_key == jobs.c.key, job_tags.c.tag == tag)
