"""A few threads that read."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from program_runtime.errors import StorageError
from program_runtime.service.store.sql.failures import storage

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection, Engine

T = TypeVar("T")


class Reader:
    """Runs functions that only read, off the event loop.

    Args:
        engine: Of connections where each statement stands alone.
        threads: How many reads go on at once.
    """

    def __init__(self, engine: Engine, *, threads: int) -> None:
        self._engine = engine
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="store-reader")

    async def do(self, work: Callable[[Connection], T]) -> T:
        """Run a function with a connection and return what it returned.

        Raises:
            StorageError: The database failed, or the store is closed.
        """
        loop = asyncio.get_running_loop()
        try:
            future = loop.run_in_executor(self._pool, self._read, work)
        except RuntimeError as err:
            raise StorageError("the store is closed") from err
        return await future

    def close(self) -> None:
        """Finish what is under way. Blocks."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _read(self, work: Callable[[Connection], T]) -> T:
        with storage(), self._engine.connect() as connection:
            return work(connection)
