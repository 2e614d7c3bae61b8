"""What a job waits for between its claim and the start of its program."""

from __future__ import annotations

import asyncio
import json
import time
from typing import TYPE_CHECKING

from program_runtime.execution.events import Event, EventType
from program_runtime.execution.outcome import JobStatus

if TYPE_CHECKING:
    from program_runtime.environments import Lock
    from program_runtime.service.environments import Environment, Environments
    from program_runtime.service.run import Run

__all__ = ["Preparation"]


class Preparation:
    """Waits, and lets the job's followers know what for.

    Args:
        run: Its program has not been started.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self.job_id = run.job.id
        self.next_seq = run.job.last_seq + 1
        """The number of the job's next event."""

    async def environment(
        self, environments: Environments, lock: Lock
    ) -> Environment | None:
        """Return the environment of a lock, when it is there.

        Returns:
            None if the job was cancelled meanwhile.

        Raises:
            BadRequirementsError: It can not be built.
            StorageError: The disk is full.
        """
        if await asyncio.to_thread(environments.is_there, lock):
            return await environments.of(lock)
        await self._say(environments.progress(lock).message)
        found = await self._built_or_cancelled(environments, lock)
        await self._say(None)
        return found

    async def _built_or_cancelled(
        self, environments: Environments, lock: Lock
    ) -> Environment | None:
        building = asyncio.ensure_future(environments.of(lock))
        cancelled = asyncio.Event()
        control = self._run.control

        def obey() -> None:
            if control.cancel_requested:
                cancelled.set()

        control.listen(obey)
        leaving = asyncio.ensure_future(cancelled.wait())
        try:
            await asyncio.wait({building, leaving}, return_when=asyncio.FIRST_COMPLETED)
            return building.result() if building.done() else None
        finally:
            control.listen(None)
            building.cancel()
            leaving.cancel()

    async def _say(self, reason: str | None) -> None:
        """What a job waits for, or nothing more, is its status, too."""
        data = json.dumps({"status": JobStatus.RUNNING, "reason": reason})
        event = Event(self.next_seq, time.time(), EventType.STATUS, data)
        await self._run.sink.append([event])
        self.next_seq += 1
