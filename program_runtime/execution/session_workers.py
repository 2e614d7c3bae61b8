"""Children that stay for the next job of their session."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from program_runtime.errors import ExecutionError
from program_runtime.execution.child.turns import NEXT_TURN, TURN_OVER, encode_terms
from program_runtime.execution.frames import FrameKind, encode_frame
from program_runtime.execution.launch.endpoints import open_endpoints
from program_runtime.execution.launch.protocol import ChildExit
from program_runtime.execution.place import Place

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from program_runtime.execution.launch.endpoints import Endpoints
    from program_runtime.execution.limits import Limits

__all__ = ["SessionWorker", "SessionWorkers", "Turn", "WorkerGoneError"]

_TURNS: Final = 1000
"""A process that leaks a little is replaced before it leaks much."""


class WorkerGoneError(ExecutionError):
    """The process of a session ended between two jobs; another one can be started."""


class Turn:
    """A child for one job, made of a process that had others before it."""

    def __init__(self, worker: SessionWorker, ends: Endpoints) -> None:
        self.place = Place(
            child=self, folders=worker.place.folders, group=worker.place.group
        )
        self._worker = worker
        self._ends = ends
        self.pid = worker.child.pid
        self.stays = True
        self.walls = worker.child.walls
        self.channel = ends.channel
        self.log_fd = ends.log_fd
        loop = asyncio.get_running_loop()
        self.exited: asyncio.Future[ChildExit] = loop.create_future()

    def program_pid(self) -> int | None:
        """The process that calls ``main``."""
        return self._worker.child.program_pid()

    def kill(self, signum: int) -> None:
        """Signal the process; whatever becomes of it, it gets no further job."""
        if not self.exited.done():
            self._worker.spoiled = True
            self._worker.child.kill(signum)

    def release(self) -> None:
        """Close our ends."""
        self._ends.close_ours()

    def end(self, child_exit: ChildExit) -> None:
        """Take note that the turn is over, or the process gone."""
        if not self.exited.done():
            self.exited.set_result(child_exit)


class SessionWorker:
    """A child that was told to serve turns.

    Args:
        place: A child that waits for its first job, and what is its own.
        limits: Of its jobs.
    """

    def __init__(self, place: Place, limits: Limits) -> None:
        self.place = place
        self.child = child = place.child
        self.limits = limits
        self.spoiled = False
        self._turns = 0
        self._turn: Turn | None = None
        self.loop = asyncio.get_running_loop()
        folders = [place.folders.program, place.folders.work]
        terms = encode_terms(asdict(limits), folders)
        child.channel.send(encode_frame(FrameKind.TURNS, terms))
        self.loop.add_reader(child.channel.fileno(), self._on_readable)
        child.exited.add_done_callback(self._on_exit)

    @property
    def usable(self) -> bool:
        """Whether it can take another job."""
        return (
            not self.spoiled and not self.child.exited.done() and self._turns < _TURNS
        )

    def begin(self) -> Turn:
        """Hand it the two ends of the next job.

        Raises:
            OSError: It is gone, or no descriptor is left.
        """
        self._turns += 1
        ends = open_endpoints()
        try:
            if self.child.walls.uid is not None:
                uid = self.child.walls.uid
                os.fchown(ends.child_log_fd, uid, uid)  # for /dev/stderr to open
            fds = [ends.child_channel.fileno(), ends.child_log_fd]
            socket.send_fds(self.child.channel, [NEXT_TURN], fds)
        except OSError:
            self.spoiled = True
            ends.close_ours()
            raise
        finally:
            ends.close_theirs()
        self._turn = Turn(self, ends)
        return self._turn

    async def close(self) -> None:
        """End the process and remove what it leaves."""
        self._stop_reading()
        self.place.end()
        await self.place.clear()

    def _on_readable(self) -> None:
        try:
            data = self.child.channel.recv(TURN_OVER.size)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if len(data) < TURN_OVER.size:
            self.spoiled = True
            self._stop_reading()
            return
        cpu_s, peak_bytes = TURN_OVER.unpack(data)
        self._end_turn(ChildExit(status=0, cpu_s=cpu_s, peak_memory_bytes=peak_bytes))

    def _on_exit(self, exited: asyncio.Future[ChildExit]) -> None:
        self.spoiled = True
        self._end_turn(exited.result())

    def _end_turn(self, child_exit: ChildExit) -> None:
        turn, self._turn = self._turn, None
        if turn is not None:
            turn.end(child_exit)

    def _stop_reading(self) -> None:
        if self.child.channel.fileno() >= 0:
            self.loop.remove_reader(self.child.channel.fileno())


class SessionWorkers:
    """At most one worker a session; a job beside another gets a child of its own.

    Args:
        most: So many at once; whose last job is longest ago goes first.
    """

    def __init__(self, *, most: int) -> None:
        self._most = most
        self._idle: dict[str, SessionWorker] = {}
        self._busy: set[str] = set()
        self._over: set[str] = set()
        self._closing: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        """How many sessions have a worker."""
        return len(self._idle) + len(self._busy)

    @contextlib.asynccontextmanager
    async def turn(
        self,
        session: str,
        limits: Limits,
        start: Callable[[], Awaitable[SessionWorker]],
    ) -> AsyncIterator[Turn | None]:
        """Borrow the worker of a session for one job.

        Args:
            session: Its id.
            limits: Of the job: a worker keeps those of its first one.
            start: Makes a worker.

        Yields:
            The turn; None while the worker has another job.

        Raises:
            WorkerGoneError: It ended since its last job.
        """
        if session in self._busy:
            yield None
            return
        self._busy.add(session)
        worker = None
        try:
            worker = await self._worker(session, limits, start)
            yield self._begin(worker)
        finally:
            self._busy.discard(session)
            self._give_back(session, worker)

    def end(self, session: str) -> None:
        """Let the worker of a session go, now or after its job."""
        if session in self._busy:
            self._over.add(session)
        elif session in self._idle:
            self._dismiss(self._idle.pop(session))

    async def close(self) -> None:
        """End all that have no job."""
        for session in list(self._idle):
            self._dismiss(self._idle.pop(session))
        await asyncio.gather(*self._closing, return_exceptions=True)

    async def _worker(
        self,
        session: str,
        limits: Limits,
        start: Callable[[], Awaitable[SessionWorker]],
    ) -> SessionWorker:
        worker = self._idle.pop(session, None)
        if worker is not None:
            if worker.usable and worker.limits == limits:
                return worker
            self._dismiss(worker)
        return await start()

    def _begin(self, worker: SessionWorker) -> Turn:
        try:
            return worker.begin()
        except OSError as error:
            raise WorkerGoneError(f"The session's process is gone: {error}") from error

    def _give_back(self, session: str, worker: SessionWorker | None) -> None:
        if worker is None:
            self._over.discard(session)
        elif session in self._over or not worker.usable:
            self._over.discard(session)
            self._dismiss(worker)
        else:
            self._idle[session] = worker
            while len(self) > self._most and self._idle:
                self._dismiss(self._idle.pop(next(iter(self._idle))))

    def _dismiss(self, worker: SessionWorker) -> None:
        task = worker.loop.create_task(worker.close())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)
