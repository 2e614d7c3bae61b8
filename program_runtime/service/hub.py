"""Wakes who waits: a listener for a job's events, a worker for a job.

Only the news that there is something to read is carried here, and how a job ended:
the event log is the truth, so a slow listener costs no memory.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from program_runtime.execution.outcome import JobStatus
    from program_runtime.service.domain import StoredEvent

__all__ = ["Ending", "Hub", "Listener", "Wakeup"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Ending:
    """How a job ended; what is here is stored already."""

    status: JobStatus
    result: StoredEvent | None


class Listener:
    """One who waits for news of one job.

    News that comes between two waits is not lost: the next wait returns at once.
    """

    __slots__ = ("_future", "_news", "ending", "final_only", "left")

    def __init__(self, *, final_only: bool = False) -> None:
        self.final_only = final_only
        self.left = False
        self.ending: Ending | None = None
        """How the job ended, if it did so while this listened."""
        self._news = False
        self._future: asyncio.Future[None] | None = None

    def notify(self) -> None:
        """Tell the listener that there is something to read."""
        self._news = True
        if self._future is not None and not self._future.done():
            self._future.set_result(None)

    def leave(self) -> None:
        """Say that the listener is gone, and wake whoever waits on its behalf."""
        self.left = True
        self.notify()

    async def wait(self, timeout_s: float | None = None) -> bool:
        """Wait for news; False when the time passed without."""
        if not self._news:
            loop = asyncio.get_running_loop()
            self._future = loop.create_future()
            try:
                async with asyncio.timeout(timeout_s):
                    await self._future
            except TimeoutError:
                return False
            finally:
                self._future = None
        self._news = False
        return True


class Hub:
    """Fans the news about jobs out to their listeners, in one event loop."""

    def __init__(self) -> None:
        self._listeners: dict[str, set[Listener]] = {}
        self._pending: dict[str, str] = {}
        self.closed = False

    @contextmanager
    def listen(self, job_id: str, *, final_only: bool = False) -> Iterator[Listener]:
        """Listen to a job. Listen first, then read: so no event is missed.

        Args:
            job_id: The job.
            final_only: Sleep until the job is final.

        Yields:
            Whom the news reaches.
        """
        listener = Listener(final_only=final_only)
        listeners = self._listeners.setdefault(job_id, set())
        listeners.add(listener)
        if self.closed:
            listener.notify()
        try:
            yield listener
        finally:
            listeners.discard(listener)
            if not listeners:
                self._listeners.pop(job_id, None)

    def expect(self, job_id: str, user: str) -> None:
        """Remember whose job it is until its end, to save look-ups."""
        self._pending[job_id] = user

    def forget(self, job_id: str) -> None:
        """Take back what was expected: the job was not queued."""
        self._pending.pop(job_id, None)

    def expects(self, job_id: str, user: str) -> bool:
        """Whether the job is known to be this user's and not to be final."""
        return self._pending.get(job_id) == user

    def notify(self, job_id: str) -> None:
        """Wake the listeners of a job that do not wait for its end alone."""
        for listener in self._listeners.get(job_id, ()):
            if not listener.final_only:
                listener.notify()

    def end(self, job_id: str, ending: Ending | None = None) -> None:
        """Wake all listeners of a job: it is final, or it was deleted."""
        self._pending.pop(job_id, None)
        for listener in self._listeners.get(job_id, ()):
            listener.ending = ending
            listener.notify()

    def close(self) -> None:
        """Wake everyone for good: the service stops."""
        self.closed = True
        for listeners in self._listeners.values():
            for listener in listeners:
                listener.notify()

    def __len__(self) -> int:
        return sum(len(listeners) for listeners in self._listeners.values())


class Wakeup(Generic[T]):
    """Wakes one idle worker for each piece of work, and never loses one.

    A worker takes the ``ticket`` before it looks for work. When work arrived
    between its look and its wait, the ticket is old and the wait returns at once.
    """

    def __init__(self) -> None:
        self.ticket = 0
        self._waiting: deque[asyncio.Future[T | None]] = deque()

    def notify(self) -> None:
        """Announce one piece of work."""
        self.ticket += 1
        idle = self.reserve()
        if idle is not None:
            idle.set_result(None)

    def reserve(self) -> asyncio.Future[T | None] | None:
        """Return a worker that is idle, for the caller to wake; None if there is none.

        Its result is what the worker gets: a piece of work, or None to look for some.
        """
        while self._waiting:
            future = self._waiting.popleft()
            if not future.done():
                return future
        return None

    def notify_all(self) -> None:
        """Wake every worker, for example to end."""
        self.ticket += 1
        while self._waiting:
            future = self._waiting.popleft()
            if not future.done():
                future.set_result(None)

    async def wait(self, ticket: int) -> T | None:
        """Wait until work is announced after the ticket was taken.

        Returns:
            What whoever reserved this worker has for it.
        """
        if ticket != self.ticket:
            return None
        future: asyncio.Future[T | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        return await future
