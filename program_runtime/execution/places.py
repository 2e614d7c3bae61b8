"""Makes the places that jobs run in: from waiting children, and from sessions."""

from __future__ import annotations

import contextlib
import functools
import logging
import signal
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from program_runtime.errors import ExecutionError
from program_runtime.execution.confinement import Level, Walls
from program_runtime.execution.confinement.job_users import JobUsers
from program_runtime.execution.job_folders import make_folders
from program_runtime.execution.place import NoPlaceError, Place
from program_runtime.execution.pool import ChildPool
from program_runtime.execution.session_workers import (
    SessionWorker,
    SessionWorkers,
    WorkerGoneError,
)
from program_runtime.execution.verdict import Verdict
from program_runtime.execution.work_dir import remove_tree, shared_work_root

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from program_runtime.execution.confinement.cgroup import Delegation, Group
    from program_runtime.execution.launch import Child, Launcher
    from program_runtime.execution.spec import JobSpec

__all__ = ["Places"]

_logger = logging.getLogger(__name__)

_SESSIONS: Final = 4


class Places:
    """A pool of waiting children, and the processes of sessions.

    Args:
        launcher: Starts children, once it was started itself.
        spool_dir: For jobs' folders, where they are on a disk.
        pool_size: How many children wait.
        refill: Start a child for each one that is handed out.
        disk_bytes: What waiting children are prepared for.
        disk_files: Likewise.
        delegation: Where control groups for jobs can be made.
    """

    def __init__(
        self,
        launcher: Launcher,
        *,
        spool_dir: Path,
        pool_size: int,
        refill: bool,
        disk_bytes: int,
        disk_files: int,
        delegation: Delegation | None,
    ) -> None:
        self._launcher = launcher
        self._spool_dir = spool_dir
        self._work_root = spool_dir / "work"
        self._disk = (disk_bytes, disk_files)
        self._delegation = delegation
        self._level: Level | None = None
        self._users = JobUsers()
        self._pool = ChildPool(launcher, self._walls, size=pool_size, refill=refill)
        self._sessions = SessionWorkers(most=max(_SESSIONS, 2 * pool_size))

    def open(self, level: Level) -> None:
        """Remove what was left here, and let children wait.

        Args:
            level: The confinement of every job.
        """
        self._level = level
        self._clean_up()
        self._pool.fill()

    async def close(self) -> None:
        """End all children that have no job."""
        await self._sessions.close()
        await self._pool.close()

    @property
    def level(self) -> Level:
        """The confinement of every job."""
        if self._level is None:
            raise ExecutionError("The runner has not started, so its level is unknown.")
        return self._level

    @property
    def waiting(self) -> int:
        """How many children wait for a job."""
        return self._pool.waiting

    @property
    def sessions(self) -> int:
        """How many sessions have a process."""
        return len(self._sessions)

    def end_session(self, session: str) -> None:
        """Let the process of a session go, now or after its job."""
        self._sessions.end(session)

    @contextlib.asynccontextmanager
    async def take(self, spec: JobSpec) -> AsyncIterator[Place]:
        """Give a job its place, until the context ends and nothing is left there.

        Args:
            spec: The job.

        Yields:
            A child that waits for a job, and what is its own.

        Raises:
            NoPlaceError: There is none, whatever child it would be.
            WorkerGoneError: The process of its session has just ended.
        """
        # A process's processor time is counted from its start, not from a job's.
        if spec.session is not None and spec.limits.cpu_time_s is None:
            start = functools.partial(self._start_worker, spec)
            turn = self._sessions.turn(spec.session, spec.limits, start)
            async with turn as child:
                if child is not None:
                    yield child.place
                    return
        place = await self._new_place(spec)
        try:
            yield place
        finally:
            await place.clear()

    async def _new_place(self, spec: JobSpec) -> Place:
        try:
            child = await self._child_for(spec)
        except ExecutionError as error:
            raise NoPlaceError(Verdict.failed("internal", str(error))) from error
        try:
            folders = make_folders(child.walls, self._work_root)
        except OSError as error:
            child.kill(signal.SIGKILL)
            child.release()
            reason = f"The job's folder can not be made: {error}"
            raise NoPlaceError(Verdict.failed("storage", reason)) from error
        return Place(child=child, folders=folders, group=self._group_for(spec, child))

    async def _start_worker(self, spec: JobSpec) -> SessionWorker:
        place = await self._new_place(spec)
        try:
            return SessionWorker(place, spec.limits)
        except OSError as error:
            place.end()
            await place.clear()
            raise WorkerGoneError(f"The session's process is gone: {error}") from error

    def _group_for(self, spec: JobSpec, child: Child) -> Group | None:
        """A control group for the job, where the service may make some."""
        if self._delegation is None:
            return None
        in_memory = child.walls.level is Level.STRONG
        try:
            group = self._delegation.group(
                f"{spec.job_id}-{child.pid}", spec.limits, disk_in_memory=in_memory
            )
            group.add(child.pid)
        except OSError as error:
            _logger.warning("Job %s has no control group: %s", spec.job_id, error)
            return None
        return group

    async def _child_for(self, spec: JobSpec) -> Child:
        """One that waits, unless the job needs walls of its own."""
        usual = self._walls()
        needed = replace(
            usual,
            disk_bytes=spec.limits.disk_bytes,
            disk_files=spec.limits.disk_files,
            network=spec.network,
            readable=tuple(str(folder.absolute()) for folder in spec.overlay),
        )
        if needed == usual:
            return await self._pool.take()
        return await self._launcher.launch(needed)

    def _walls(self) -> Walls:
        disk_bytes, disk_files = self._disk
        return Walls(
            level=self.level,
            disk_bytes=disk_bytes,
            disk_files=disk_files,
            uid=self._users.next(self.level),
        )

    def _clean_up(self) -> None:
        """Make the folders; remove what a runner that was killed has left."""
        self._spool_dir.mkdir(parents=True, exist_ok=True)
        for payload in self._spool_dir.glob("payload-*"):
            payload.unlink()
        if self.level is Level.REDUCED and self._users.next(self.level) is not None:
            # Another user can not reach into a private data directory.
            self._work_root = shared_work_root(self._spool_dir)
        try:
            remove_tree(self._work_root)
        except OSError as error:
            _logger.warning("Folders of earlier jobs are left: %s", error)
        self._work_root.mkdir(mode=0o711, exist_ok=True)
