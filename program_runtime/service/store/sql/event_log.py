"""Writing to the log of a job, inside of a transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from program_runtime.service.domain import NotFoundError
from program_runtime.service.store.sql import event_statements as statements

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import Connection, Row

    from program_runtime.service.domain import StoredEvent


def log_end(connection: Connection, job_id: str) -> Row[Any]:
    """Return key, status and last number of a job.

    Raises:
        NotFoundError: There is no such job.
    """
    row = connection.execute(
        statements.select_log_end(), {"job_id": job_id}
    ).one_or_none()
    if row is None:
        raise NotFoundError(f"there is no job {job_id}", kind="job")
    return row


def add_events(
    connection: Connection, job_key: int, events: Iterable[StoredEvent]
) -> None:
    """Insert events that were found to go on where the log ends."""
    add_events_of(connection, {job_key: events})


def add_events_of(
    connection: Connection, events: Mapping[int, Iterable[StoredEvent]]
) -> None:
    """Insert those of several jobs, by the key of the job."""
    # The fields of a stored event are the columns after the first, in order.
    rows = [(key, *event) for key, added in events.items() for event in added]
    if rows:
        connection.exec_driver_sql(statements.insert_events(connection.dialect), rows)
