"""Children that wait for a job, so that no job waits for a child."""

from __future__ import annotations

import asyncio
import collections
import logging
from typing import TYPE_CHECKING

from program_runtime.errors import ExecutionError

if TYPE_CHECKING:
    from collections.abc import Callable

    from program_runtime.execution.confinement import Walls
    from program_runtime.execution.launch import Child, Launcher

__all__ = ["ChildPool"]

_logger = logging.getLogger(__name__)

_REPLACE_AFTER_S = 0.5
_REFILL_AFTER_S = 0.02


class ChildPool:
    """Keeps ``size`` children waiting; each is handed out once.

    Without ``refill`` these are all: whoever comes later waits for a launch.
    """

    def __init__(
        self,
        launcher: Launcher,
        make_walls: Callable[[], Walls],
        *,
        size: int,
        refill: bool,
    ) -> None:
        self._launcher = launcher
        self._make_walls = make_walls
        self._size = size
        self._refill = refill
        self._waiting: collections.deque[Child] = collections.deque()
        self._takers: collections.deque[asyncio.Future[Child]] = collections.deque()
        self._launches: set[asyncio.Task[None]] = set()
        self._closed = False

    @property
    def waiting(self) -> int:
        """How many children wait now."""
        return len(self._waiting)

    async def take(self) -> Child:
        """Get a child, at once if one waits.

        Returns:
            A child that is nobody else's.

        Raises:
            ExecutionError: None could be started.
        """
        if self._closed:
            raise ExecutionError("The runner is closed.")
        if not self._refill:
            self._size = max(0, self._size - 1)
        while self._waiting:
            child = self._waiting.popleft()
            if not child.exited.done():
                self._fill_soon()
                return child
        taker: asyncio.Future[Child] = asyncio.get_running_loop().create_future()
        self._takers.append(taker)
        self.fill()
        try:
            return await taker
        except asyncio.CancelledError:
            if taker.done() and not taker.cancelled() and taker.exception() is None:
                self._offer(taker.result())
            raise

    def fill(self) -> None:
        """Start as many children as are missing, in the background."""
        takers = sum(not taker.done() for taker in self._takers)
        wanted = 0 if self._closed else self._size + takers
        for _ in range(wanted - len(self._waiting) - len(self._launches)):
            task = asyncio.create_task(self._launch())
            self._launches.add(task)
            task.add_done_callback(self._launches.discard)

    def _fill_soon(self) -> None:
        """The job that was just handed over goes first: a fork takes a core."""
        if self._waiting:
            asyncio.get_running_loop().call_later(_REFILL_AFTER_S, self.fill)
        else:
            self.fill()

    async def close(self) -> None:
        """Hang up on the children that wait; refuse whoever comes now."""
        self._closed = True
        for task in list(self._launches):
            task.cancel()
        await asyncio.gather(*self._launches, return_exceptions=True)
        while self._waiting:
            self._waiting.popleft().release()
        self._fail(ExecutionError("The runner is closed."))

    async def _launch(self) -> None:
        try:
            child = await self._launcher.launch(self._make_walls())
        except Exception as error:  # noqa: BLE001 - else a taker would wait for ever
            _logger.warning("No child: %s", error)
            self._fail(ExecutionError(str(error)))
            return
        self._offer(child)

    def _offer(self, child: Child) -> None:
        while self._takers:
            taker = self._takers.popleft()
            if not taker.done():
                taker.set_result(child)
                return
        if self._closed:
            child.release()
            return
        self._waiting.append(child)
        child.exited.add_done_callback(lambda _: self._on_exit(child))

    def _on_exit(self, child: Child) -> None:
        """A child that dies while it waits is replaced, but not in a tight loop."""
        if child in self._waiting:
            self._waiting.remove(child)
            child.release()
            asyncio.get_running_loop().call_later(_REPLACE_AFTER_S, self.fill)

    def _fail(self, error: ExecutionError) -> None:
        """Tell one taker for each launch that failed, or all when closed."""
        while self._takers:
            taker = self._takers.popleft()
            if not taker.done():
                taker.set_exception(error)
                if not self._closed:
                    return
