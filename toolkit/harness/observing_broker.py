"""A broker through which somebody else sees what passes."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from program_runtime.backends.info import BackendInfo
    from program_runtime.execution.broker.protocol import (
        Broker,
        DeviceAnswer,
        DeviceRun,
        Progress,
    )

__all__ = ["ObservingBroker"]


class ObservingBroker:
    """Passes everything on, unchanged.

    Args:
        broker: Runs the circuits.
        see: Called with each request for circuits and when it came, in Unix time; in
            a thread, while the circuits run.
    """

    def __init__(self, broker: Broker, see: Callable[[DeviceRun, float], None]) -> None:
        self._broker = broker
        self._see = see

    async def devices(self) -> Sequence[BackendInfo]:
        """List the devices."""
        return await self._broker.devices()

    async def describe(self, backend: str) -> Mapping[str, Any]:
        """Describe a device."""
        return await self._broker.describe(backend)

    async def run(
        self, run: DeviceRun, on_progress: Callable[[Progress], None]
    ) -> DeviceAnswer:
        """Run circuits."""
        seeing = asyncio.create_task(asyncio.to_thread(self._see, run, time.time()))
        try:
            return await self._broker.run(run, on_progress)
        finally:
            await seeing

    async def cancel(self, key: str) -> None:
        """End a request."""
        await self._broker.cancel(key)

    async def unfinished(self) -> Collection[str]:
        """Return the jobs that devices may still work for."""
        return await self._broker.unfinished()

    async def abandon(self, job_id: str) -> None:
        """Cancel what devices do for a job."""
        await self._broker.abandon(job_id)

    async def close(self) -> None:
        """Close the broker behind."""
        await self._broker.close()
