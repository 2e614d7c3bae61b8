"""Runners for releases that have an interpreter of their own."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from program_runtime.execution import Runner

__all__ = ["OwnRunners"]

_IDLE_S: Final = 600.0


@dataclass(slots=True, kw_only=True)
class _Known:
    runner: Runner
    ready: asyncio.Task[None]
    jobs: int = 0
    closing: asyncio.TimerHandle | None = field(default=None, repr=False)


class OwnRunners:
    """Starts a runner when its environment is first needed, and ends it when idle.

    Args:
        make: Makes the runner of an interpreter; it is not started yet.
        most: How many may be idle at once: each keeps an imported Qiskit in memory.
        idle_s: How long one waits for its next job.
    """

    def __init__(
        self, make: Callable[[Path], Runner], *, most: int = 2, idle_s: float = _IDLE_S
    ) -> None:
        self._make = make
        self._most = most
        self._idle_s = idle_s
        self._known: dict[Path, _Known] = {}
        self._ends: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._known)

    @contextlib.asynccontextmanager
    async def runner(self, interpreter: Path) -> AsyncIterator[Runner]:
        """Give the runner of an interpreter for one job.

        Raises:
            ExecutionError: It can not be started.
        """
        known = self._known.get(interpreter)
        if known is None:
            runner = self._make(interpreter)
            ready = asyncio.create_task(runner.start())
            known = self._known[interpreter] = _Known(runner=runner, ready=ready)
        if known.closing is not None:
            known.closing.cancel()
            known.closing = None
        known.jobs += 1
        try:
            await asyncio.shield(known.ready)
            yield known.runner
        finally:
            known.jobs -= 1
            self._leave(interpreter, known)

    async def close(self) -> None:
        """End all of them."""
        for interpreter in list(self._known):
            self._end(interpreter)
        await asyncio.gather(*self._ends, return_exceptions=True)

    def _leave(self, interpreter: Path, known: _Known) -> None:
        failed = known.ready.done() and (
            known.ready.cancelled() or known.ready.exception() is not None
        )
        if known.jobs or self._known.get(interpreter) is not known:
            return
        if failed:
            self._end(interpreter)
            return
        # The one that was used last is the last in the dictionary.
        self._known[interpreter] = self._known.pop(interpreter)
        loop = asyncio.get_running_loop()
        known.closing = loop.call_later(self._idle_s, self._end, interpreter)
        idle = [path for path, each in self._known.items() if not each.jobs]
        for path in idle[: max(0, len(idle) - self._most)]:
            self._end(path)

    def _end(self, interpreter: Path) -> None:
        known = self._known.pop(interpreter, None)
        if known is None:
            return
        if known.closing is not None:
            known.closing.cancel()
        known.ready.cancel()
        task = asyncio.create_task(known.runner.close())
        self._ends.add(task)
        task.add_done_callback(self._ends.discard)
