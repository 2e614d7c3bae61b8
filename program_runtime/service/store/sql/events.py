"""Event logs in the database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from program_runtime.execution.outcome import JobStatus
from program_runtime.service.domain import StoredEvent
from program_runtime.service.domain.sequence import check_sequence
from program_runtime.service.domain.states import check_running
from program_runtime.service.store.adoption import adopt_in_thread, to_stored
from program_runtime.service.store.paging import take
from program_runtime.service.store.sql import event_statements as statements
from program_runtime.service.store.sql.event_log import add_events, log_end

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy import Connection

    from program_runtime.execution.events import Event
    from program_runtime.service.store.protocols import BlobStore
    from program_runtime.service.store.sql.reader import Reader
    from program_runtime.service.store.sql.writer import GroupWriter


class SqlEvents:
    """See :class:`~program_runtime.service.store.protocols.EventStore`."""

    def __init__(self, reader: Reader, writer: GroupWriter, blobs: BlobStore) -> None:
        self._reader = reader
        self._writer = writer
        self._blobs = blobs

    async def append(self, job_id: str, events: Sequence[Event]) -> None:
        """Add to the log of a running job."""
        await adopt_in_thread(self._blobs, events)

        def write(connection: Connection) -> None:
            end = log_end(connection, job_id)
            check_running(JobStatus(end.status))
            last_seq = check_sequence(end.last_seq, (e.seq for e in events))
            add_events(connection, end.key, map(to_stored, events))
            connection.execute(
                statements.update_last_seq(), {"of_key": end.key, "last_seq": last_seq}
            )

        await self._writer.do(write)

    async def read(
        self,
        job_id: str,
        *,
        after: int = 0,
        limit: int = 1000,
        max_bytes: int = 4 * 1024 * 1024,
        types: Collection[str] | None = None,
    ) -> Sequence[StoredEvent]:
        """Return the events after a number."""
        values: dict[str, Any] = {"job_id": job_id, "after": after, "limit": limit}
        statement = statements.select_events()
        if types:
            statement = statements.select_events_of_types()
            values["types"] = sorted(types)

        def read(connection: Connection) -> Sequence[StoredEvent]:
            with connection.execute(statement, values) as result:
                return take(map(StoredEvent._make, result), max_bytes)

        return await self._reader.do(read)

    async def latest(self, job_id: str, event_type: str) -> StoredEvent | None:
        """Return the last event of a type."""
        values = {"job_id": job_id, "type": event_type}

        def read(connection: Connection) -> StoredEvent | None:
            rows = connection.execute(statements.select_latest_event(), values)
            row = rows.one_or_none()
            return None if row is None else StoredEvent._make(row)

        return await self._reader.do(read)

    async def last_seq(self, job_id: str) -> int:
        """Return the number of the newest event."""

        def read(connection: Connection) -> int:
            found = connection.execute(
                statements.select_last_seq(), {"job_id": job_id}
            ).scalar_one_or_none()
            return found or 0

        return await self._reader.do(read)
