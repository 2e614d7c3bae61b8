"""Children by starting an interpreter each: slow, but safe on every system."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

from program_runtime.errors import ExecutionError
from program_runtime.execution.confinement import Level, Walls, levels_to_try
from program_runtime.execution.launch.endpoints import Endpoints, open_endpoints
from program_runtime.execution.launch.environment import child_environment
from program_runtime.execution.launch.protocol import ChildExit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from program_runtime.execution.launch.protocol import Child

__all__ = ["SpawnLauncher"]

_MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024
_KILL = 9
_TAIL_BYTES = 16 * 1024


class SpawnedChild:
    """A process of its own; a thread waits for its end."""

    def __init__(self, ends: Endpoints, process: subprocess.Popen[bytes]) -> None:
        self._ends = ends
        self.walls = Walls(level=Level.NONE)
        self._process = process
        self._loop = asyncio.get_running_loop()
        self._lock = threading.Lock()
        self._reaped = False
        self.pid = process.pid
        self.stays = False
        self.channel = ends.channel
        self.log_fd = ends.log_fd
        self.exited: asyncio.Future[ChildExit] = self._loop.create_future()
        threading.Thread(target=self._wait, daemon=True).start()

    def program_pid(self) -> int | None:
        """The process itself."""
        return self.pid

    def kill(self, signal: int) -> None:
        """Signal the group while the pid is still this child's."""
        with self._lock, contextlib.suppress(ProcessLookupError, PermissionError):
            if not self._reaped:
                os.killpg(self.pid, signal)

    async def ready(self) -> None:
        """Wait until it has imported everything, which is no job's time.

        Raises:
            ExecutionError: It ended instead.
        """
        if not await self._loop.sock_recv(self.channel, 1):
            await self.exited
            tail = os.read(self.log_fd, _TAIL_BYTES).decode("utf-8", "replace")
            raise ExecutionError(f"A child ended before it was ready: {tail.strip()}")

    def release(self) -> None:
        """Close our ends."""
        self._ends.close_ours()

    def _wait(self) -> None:
        if hasattr(os, "waitid"):
            # Leaves the zombie, which keeps the process group's id from being reused.
            os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT)
            self.kill(_KILL)
        with self._lock:
            _, status, usage = os.wait4(self.pid, 0)
            self._reaped = True
        self._process.returncode = os.waitstatus_to_exitcode(status)
        child_exit = ChildExit(
            status=status,
            cpu_s=usage.ru_utime + usage.ru_stime,
            peak_memory_bytes=usage.ru_maxrss * _MAXRSS_UNIT,
        )
        with contextlib.suppress(RuntimeError):  # the loop may be closed
            self._loop.call_soon_threadsafe(self._tell, child_exit)

    def _tell(self, child_exit: ChildExit) -> None:
        if not self.exited.done():
            self.exited.set_result(child_exit)


class SpawnLauncher:
    """Starts ``python -m program_runtime.execution.spawned`` for each child."""

    def __init__(self, *, environment: Mapping[str, str] | None = None) -> None:
        self._environment = child_environment(environment)
        self._children: set[SpawnedChild] = set()
        self._started = 0

    async def start(self, asked: str) -> Mapping[str, Sequence[str]]:
        """Nothing is shared between children, so nothing is prepared.

        Args:
            asked: ``none`` is the only level that such children have.
        """
        reason = "a process that is started for each job has no keeper to confine it"
        problems = {str(level): [reason] for level in levels_to_try(asked)}
        return problems | {"none": []}

    async def launch(self, walls: Walls) -> Child:
        """Start an interpreter.

        Args:
            walls: Of level ``none``.

        Returns:
            A child that has imported Qiskit.

        Raises:
            ExecutionError: The system refused, or the child ended at once.
        """
        if walls.level is not Level.NONE:
            raise ExecutionError(f"A spawned child can not be {walls.level}.")
        ends = open_endpoints()
        try:
            process = self._spawn(ends)
        except OSError as error:
            ends.close_ours()
            raise ExecutionError(f"No child could be started: {error}") from error
        finally:
            ends.close_theirs()
        self._started += 1
        child = SpawnedChild(ends, process)
        self._children.add(child)
        child.exited.add_done_callback(lambda _: self._children.discard(child))
        try:
            await child.ready()
        except BaseException:
            child.kill(_KILL)
            child.release()
            raise
        return child

    def _spawn(self, ends: Endpoints) -> subprocess.Popen[bytes]:
        channel = ends.child_channel.fileno()
        return subprocess.Popen(
            [
                *(sys.executable, "-P", "-m", "program_runtime.execution.spawned"),
                *("--channel", str(channel)),
                *("--parent", str(os.getpid())),
            ],
            pass_fds=[channel],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=ends.child_log_fd,
            stderr=ends.child_log_fd,
            start_new_session=True,
        )

    async def close(self) -> None:
        """End all children."""
        children = list(self._children)
        for child in children:
            child.kill(_KILL)
            child.release()
        if children:
            await asyncio.wait([child.exited for child in children])

    def health(self) -> dict[str, Any]:
        """Count what was started."""
        return {"launcher": "spawn", "children_started": self._started}
