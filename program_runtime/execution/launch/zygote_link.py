"""One running zygote, seen from the server.

Control messages are JSON, one a datagram of a ``SOCK_SEQPACKET`` pair:

- to the zygote: ``{"do": "fork", "id", "walls"}`` with the child's channel end and log
  pipe as ancillary data; ``{"do": "kill", "id", "signal"}``
- from it, under the key ``did``: ``ready`` (``levels``, the problems of each that was
  tried), and for each child ``forked`` (``id, pid``)
  or else ``refused`` or ``failed`` (``id, reason``), then ``exited`` (``id, status,
  cpu_s, peak_memory_bytes``)
"""

from __future__ import annotations

import asyncio
import collections
import json
import os
import signal
import socket
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from program_runtime.errors import ExecutionError
from program_runtime.execution.launch.endpoints import Endpoints, open_endpoints
from program_runtime.execution.launch.zygote_child import ZygoteChild

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from program_runtime.execution.confinement import Walls

__all__ = ["ZygoteLink"]

_DATAGRAM_BYTES = 64 * 1024
_STDERR_BYTES = 16 * 1024
_CLOSE_S = 5.0


class ZygoteLink:
    """Starts a zygote and talks to it."""

    def __init__(
        self,
        *,
        environment: Mapping[str, str],
        preload: Sequence[str],
        light: bool,
        probe: str,
        wrapper: Sequence[str],
    ) -> None:
        loop = asyncio.get_running_loop()
        self._loop = loop
        self._children: dict[int, ZygoteChild] = {}
        self._outgoing: collections.deque[tuple[bytes, list[int], Endpoints | None]]
        self._outgoing = collections.deque()
        self._stderr = b""
        self.forks = 0
        self.retired = False
        self.ready: asyncio.Future[dict[str, Any]] = loop.create_future()
        self.dead: asyncio.Future[None] = loop.create_future()
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._control.setblocking(False)
        with theirs:
            self._process = subprocess.Popen(
                [
                    *wrapper,
                    *(sys.executable, "-P", "-m", "program_runtime.execution.zygote"),
                    *("--control", str(theirs.fileno())),
                    # Behind a wrapper that is the parent, and dies with this process.
                    *("--parent", "0" if wrapper else str(os.getpid())),
                    *("--preload", ",".join(preload)),
                    *("--probe", probe),
                    *(("--light",) if light else ()),
                ],
                pass_fds=[theirs.fileno()],
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        self.pid = self._process.pid
        loop.add_reader(self._control, self._on_control)
        self._watch_stderr()

    async def fork(self, walls: Walls) -> ZygoteChild:
        """Have one child forked.

        Args:
            walls: What it builds around itself.

        Returns:
            A child that waits for its job.

        Raises:
            ForkRefusedError: The zygote has threads.
            ExecutionError: The zygote is dead, or the child could not be confined.
        """
        if self.dead.done():
            raise ExecutionError(self._death_message())
        self.forks += 1
        ends = open_endpoints()
        child = ZygoteChild(self.send, self.forks, ends, walls)
        self._children[self.forks] = child
        descriptors = [ends.child_channel.fileno(), ends.child_log_fd]
        message = {"do": "fork", "id": self.forks, "walls": walls.document()}
        self._enqueue(json.dumps(message).encode(), descriptors, ends)
        try:
            child.pid = await child.forked
        except BaseException:
            child.kill(signal.SIGKILL)
            child.release()
            raise
        return child

    def send(self, message: Mapping[str, Any]) -> None:
        """Send a command as soon as the socket takes it."""
        self._enqueue(json.dumps(message).encode(), [], None)

    def retire(self) -> None:
        """Fork no more; end when the last child has."""
        self.retired = True
        self._end_if_idle()

    async def close(self) -> None:
        """End the zygote and all its children now."""
        if not self.dead.done():
            self._control.shutdown(socket.SHUT_RDWR)
            await asyncio.wait([self.dead], timeout=_CLOSE_S)
        await asyncio.to_thread(self._reap)
        self._on_death()

    @property
    def usable(self) -> bool:
        """Whether it can be asked to fork."""
        return not (self.retired or self.dead.done())

    @property
    def stderr_tail(self) -> str:
        """The end of what it printed, for error messages."""
        return self._stderr.decode("utf-8", "replace").strip()

    def _reap(self) -> None:
        try:
            self._process.wait(_CLOSE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _enqueue(
        self, message: bytes, descriptors: list[int], ends: Endpoints | None
    ) -> None:
        if self.dead.done():
            return
        self._outgoing.append((message, descriptors, ends))
        if len(self._outgoing) == 1:
            self._flush()

    def _flush(self) -> None:
        while self._outgoing:
            message, descriptors, ends = self._outgoing[0]
            try:
                socket.send_fds(self._control, [message], descriptors)
            except BlockingIOError:
                self._loop.add_writer(self._control, self._flush)
                return
            except OSError:
                self._on_death()
                return
            self._outgoing.popleft()
            if ends is not None:
                ends.close_theirs()
        self._loop.remove_writer(self._control)

    def _on_control(self) -> None:
        while True:
            try:
                data = self._control.recv(_DATAGRAM_BYTES)
            except BlockingIOError:
                return
            except OSError:
                data = b""
            if not data:
                self._on_death()
                return
            self._on_message(json.loads(data))

    def _on_message(self, message: dict[str, Any]) -> None:
        if message["did"] == "ready":
            self.ready.set_result(message)
            return
        child = self._children[message["id"]]
        child.on_message(message)
        if child.exited.done():
            del self._children[message["id"]]
            self._end_if_idle()

    def _end_if_idle(self) -> None:
        if self.retired and not self._children and not self.dead.done():
            self._control.shutdown(socket.SHUT_WR)

    def _on_death(self) -> None:
        """The zygote hung up: every child that it had is gone with it."""
        if self.dead.done():
            return
        self.dead.set_result(None)
        self._loop.remove_reader(self._control)
        self._loop.remove_writer(self._control)
        self._control.close()
        self._read_stderr()
        self._unwatch_stderr()
        if not self.ready.done():
            self.ready.set_exception(ExecutionError(self._death_message()))
            self.ready.exception()
        while self._outgoing:
            ends = self._outgoing.popleft()[2]
            if ends is not None:
                ends.close_theirs()
        for child in list(self._children.values()):
            child.lose(self._death_message())
        self._children.clear()
        self._loop.run_in_executor(None, self._reap)

    def _death_message(self) -> str:
        tail = f": {self.stderr_tail}" if self.stderr_tail else "."
        return f"The zygote ended{tail}"

    def _watch_stderr(self) -> None:
        if self._process.stderr is not None:
            os.set_blocking(self._process.stderr.fileno(), False)
            self._loop.add_reader(self._process.stderr, self._read_stderr)

    def _read_stderr(self) -> None:
        stream = self._process.stderr
        if stream is None or stream.closed:
            return
        try:
            data = os.read(stream.fileno(), _STDERR_BYTES)
        except BlockingIOError:
            return
        if not data:
            self._unwatch_stderr()
        self._stderr = (self._stderr + data)[-_STDERR_BYTES:]

    def _unwatch_stderr(self) -> None:
        stream = self._process.stderr
        if stream is not None and not stream.closed:
            self._loop.remove_reader(stream)
            stream.close()
