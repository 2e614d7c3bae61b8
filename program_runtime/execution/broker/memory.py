"""A broker without a process of its own: for tests, and where nobody is hostile."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final

from program_runtime.execution.broker.abandonment import abandon
from program_runtime.execution.broker.fleet import Fleet
from program_runtime.execution.broker.journal import JOURNAL, Entry, Journal
from program_runtime.execution.broker.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from pathlib import Path

    from program_runtime.backends.device import Device
    from program_runtime.backends.info import BackendInfo
    from program_runtime.execution.broker.protocol import (
        DeviceAnswer,
        DeviceRun,
        Progress,
    )

__all__ = ["InMemoryBroker"]

_THREADS: Final = 256


class InMemoryBroker:
    """Watches devices from threads of this process.

    Args:
        devices: By name.
        folder: For the journal.
    """

    def __init__(self, devices: Mapping[str, Device], folder: Path) -> None:
        self._fleet = Fleet({"memory": lambda: devices})
        self._journal = Journal(folder / JOURNAL)
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="device")
        self._watches: dict[str, Watch] = {}

    async def devices(self) -> list[BackendInfo]:
        """List the devices."""
        return await asyncio.to_thread(self._fleet.infos)

    async def describe(self, backend: str) -> Mapping[str, Any]:
        """Describe a device."""
        return await asyncio.to_thread(self._fleet.describe, backend)

    async def run(
        self, run: DeviceRun, on_progress: Callable[[Progress], None]
    ) -> DeviceAnswer:
        """Run circuits."""
        loop = asyncio.get_running_loop()

        def tell(progress: Progress) -> None:
            loop.call_soon_threadsafe(on_progress, progress)

        watch = Watch(self._fleet.device(run.backend), self._journal, tell)
        self._watches[run.key] = watch
        entry = Entry(
            key=run.key,
            digest=run.digest(),
            backend=run.backend,
            time=time.time(),
        )
        try:
            return await loop.run_in_executor(
                self._threads, watch.run, entry, run.options, run.body
            )
        finally:
            del self._watches[run.key]

    async def cancel(self, key: str) -> None:
        """End a request."""
        watch = self._watches.get(key)
        if watch is not None:
            watch.cancel()

    async def unfinished(self) -> Collection[str]:
        """Return the jobs that devices may still work for."""
        return {entry.job_id for entry in self._journal.unfinished()}

    async def abandon(self, job_id: str) -> None:
        """Cancel what devices do for a job that has ended."""
        await asyncio.to_thread(
            abandon,
            job_id,
            fleet=self._fleet,
            journal=self._journal,
            watched=frozenset(self._watches),
        )

    async def close(self) -> None:
        """Close the journal."""
        self._threads.shutdown(wait=False)
        self._journal.close()
