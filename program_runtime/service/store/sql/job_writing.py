"""What happens to jobs in the database, inside of a transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from program_runtime.service.domain import NotFoundError, lifecycle
from program_runtime.service.store.sql import job_statements as statements
from program_runtime.service.store.sql import session_turns
from program_runtime.service.store.sql.event_log import add_events, add_events_of
from program_runtime.service.store.sql.job_rows import (
    changing_columns,
    to_job,
    whole_row,
)
from program_runtime.service.store.sql.keys import insert_row

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy import Connection

    from program_runtime.service.domain import Job, NewJob
    from program_runtime.service.store.protocols import BlobStore


def submit_job(
    connection: Connection,
    new: NewJob,
    *,
    blobs: BlobStore,
    idempotency_key: str | None,
    now: float,
) -> tuple[Job, bool]:
    """Write a new job with its inputs and first event, or return the earlier one."""
    known = connection.execute(
        statements.select_submission(),
        {
            "user": new.user,
            "idempotency_key": idempotency_key,
            "program_id": new.program_id,
            "version": new.version,
        },
    ).one()
    if known.user is None:
        raise NotFoundError(f"there is no user {new.user}", kind="user")
    if known.earlier is not None:
        return held_job(connection, known.earlier)[1], False
    if known.release_key is None:
        raise NotFoundError(
            f"there is no release {new.program_id}@{new.version}", kind="release"
        )
    # Here, in the thread that sweeps as well: what is there now stays.
    if new.inputs.digest and not blobs.exists(new.inputs.digest):
        raise NotFoundError(f"there is no blob {new.inputs.digest}", kind="blob")
    job, events = lifecycle.queue(new, digest=known.digest, now=now)
    row = {
        "release_key": known.release_key,
        "idempotency_key": idempotency_key,
        "priority": session_turns.join(connection, new, now=now),
    }
    key = insert_row(connection, statements.insert_job(), whole_row(job) | row)
    connection.execute(
        statements.insert_inputs(),
        {"job_key": key, "text": new.inputs.text, "digest": new.inputs.digest},
    )
    insert_tags(connection, key, job.tags)
    add_events(connection, key, events)
    return job, True


def take_turn(
    connection: Connection,
    *,
    running_limit: int | None,
    isolation: str | None,
    now: Callable[[], float],
) -> Job | None:
    """Let the job run whose turn it is."""
    if running_limit is not None:
        running = connection.execute(statements.count_running()).scalar_one()
        if running >= running_limit:
            return None
    row = connection.execute(statements.select_turn()).one_or_none()
    if row is None and connection.dialect.name != "sqlite":
        # Other processes hold those whose turn it is.
        row = connection.execute(statements.select_any_queued()).one_or_none()
    if row is None:
        return None
    started = now()
    newest = connection.execute(statements.select_newest_served()).scalar_one()
    connection.execute(
        statements.update_served(),
        {
            "of_name": row.user,
            "last_served": lifecycle.served_at(started, newest),
        },
    )
    step = lifecycle.start(to_job(row), isolation=isolation, now=started)
    return keep(connection, row.key, step)


def held_job(connection: Connection, job_id: str) -> tuple[int, Job]:
    """Return key and record of a job that nobody else changes meanwhile.

    Raises:
        NotFoundError: There is no such job.
    """
    row = connection.execute(
        statements.select_job_to_change(), {"job_id": job_id}
    ).one_or_none()
    if row is None:
        raise NotFoundError(f"there is no job {job_id}", kind="job")
    return row.key, to_job(row)


def keep(connection: Connection, key: int, step: lifecycle.Step) -> Job:
    """Write how a job moved on."""
    job, events = step
    add_events(connection, key, events)
    connection.execute(
        statements.update_job(), {"of_key": key, **changing_columns(job)}
    )
    session_turns.follow(connection, key, job)
    return job


def keep_all(
    connection: Connection, steps: Mapping[int, lifecycle.Step]
) -> tuple[Job, ...]:
    """Write how the jobs of some keys moved on; their session is not told."""
    if not steps:
        return ()
    add_events_of(connection, {key: events for key, (_, events) in steps.items()})
    rows = [{"of_key": k, **changing_columns(job)} for k, (job, _) in steps.items()]
    connection.execute(statements.update_job(), rows)
    return tuple(job for job, _ in steps.values())


def insert_tags(connection: Connection, key: int, tags: Sequence[str]) -> None:
    """Write the tags of a job that has none."""
    if tags:
        rows = [{"job_key": key, "tag": tag} for tag in tags]
        connection.execute(statements.insert_tags(), rows)
