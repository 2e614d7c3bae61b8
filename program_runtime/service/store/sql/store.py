"""The five stores of one database as one."""

from __future__ import annotations

import asyncio
import time
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING

from program_runtime.errors import StorageError
from program_runtime.service.store.sql import schema, sweeping
from program_runtime.service.store.sql.engine import (
    database,
    reading_engine,
    writing_engine,
)
from program_runtime.service.store.sql.events import SqlEvents
from program_runtime.service.store.sql.failures import storage
from program_runtime.service.store.sql.jobs import SqlJobs
from program_runtime.service.store.sql.programs import SqlPrograms
from program_runtime.service.store.sql.reader import Reader
from program_runtime.service.store.sql.sessions import SqlSessions
from program_runtime.service.store.sql.users import SqlUsers
from program_runtime.service.store.sql.writer import GroupWriter

if TYPE_CHECKING:
    from collections.abc import Callable

    from program_runtime.service.store.protocols import BlobStore

_READERS = 4


class SqlStore:
    """Users, programs, jobs and events in SQLite or PostgreSQL.

    Args:
        url: ``sqlite:////path/db.sqlite3`` or ``postgresql://host/name``.
        blobs: Where spooled payloads of events go.
        migrate: Bring an older database to the newest form when opening it;
            if None, do so for SQLite, which has no other user.
        clock: Seconds since the epoch.

    Raises:
        InvalidValueError: The URL is not that of a supported database.
    """

    users: SqlUsers
    programs: SqlPrograms
    jobs: SqlJobs
    sessions: SqlSessions
    events: SqlEvents

    def __init__(
        self,
        url: str,
        blobs: BlobStore,
        *,
        migrate: bool | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._url = database(url)
        self._blobs = blobs
        self._clock = clock
        sqlite = self._url.get_backend_name() == "sqlite"
        self._migrate = sqlite if migrate is None else migrate
        self._close: Callable[[], None] | None = None
        self._writer: GroupWriter | None = None

    async def open(self) -> None:
        """Connect, and bring the database to the form that this version needs."""
        reader, writer = await asyncio.to_thread(self._connect)
        self._writer = writer
        self.users = SqlUsers(reader, writer, self._clock)
        self.programs = SqlPrograms(reader, writer, self._clock)
        self.jobs = SqlJobs(reader, writer, self._blobs, self._clock)
        self.sessions = SqlSessions(reader, writer, self._clock)
        self.events = SqlEvents(reader, writer, self._blobs)

    async def close(self) -> None:
        """Finish the writes under way and disconnect."""
        close, self._close = self._close, None
        if close is not None:
            await asyncio.to_thread(close)

    async def check(self) -> None:
        """See whether a store that could not write lately can do so again."""
        if self._writer is not None and self._writer.failed:
            await self._writer.do(schema.touch)

    async def sweep(self, *, older_than_s: float = 3600.0) -> int:
        """Delete what nothing refers to."""
        if self._writer is None:
            raise StorageError("the store is not open")
        await self._writer.do(sweeping.sweep_programs)
        before = self._clock() - older_than_s
        await self._writer.do(partial(sweeping.sweep_sessions, before=before))
        digests = await asyncio.to_thread(
            lambda: list(self._blobs.digests(older_than_s=older_than_s))
        )
        deleted = 0
        for start in range(0, len(digests), sweeping.BATCH):
            work = partial(
                sweeping.sweep_blobs,
                blobs=self._blobs,
                digests=digests[start : start + sweeping.BATCH],
                older_than_s=older_than_s,
            )
            deleted += await self._writer.do(work)
        return deleted

    def _connect(self) -> tuple[Reader, GroupWriter]:
        with ExitStack() as undo:
            writing = writing_engine(self._url)
            undo.callback(writing.dispose)
            with storage():
                schema.prepare(writing, migrate=self._migrate)
            reading = reading_engine(self._url, connections=_READERS)
            undo.callback(reading.dispose)
            reader = Reader(reading, threads=_READERS)
            undo.callback(reader.close)
            writer = GroupWriter(writing)
            undo.callback(writer.close)
            self._close = undo.pop_all().close
        return reader, writer
