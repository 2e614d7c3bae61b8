"""The process that children are forked from, run with ``python -m``.

It imports and then does nothing but fork, signal and reap. It has exactly one thread,
or it forks no more. When its server goes away, it ends all its children and itself.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import json
import os
import select
import signal
import socket
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from program_runtime.execution.child import entry
from program_runtime.execution.confinement import Level
from program_runtime.execution.preload import preload
from program_runtime.execution.process_control import die_with_parent, thread_count

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType

__all__ = ["ForkedChild", "Zygote", "main"]

_DATAGRAM_BYTES = 64 * 1024
_MAXRSS_UNIT = 1024
_DESCRIPTORS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class ForkedChild:
    """What a new child has in its hands."""

    channel: socket.socket
    log_fd: int
    level: Level
    parent: int


class Zygote:
    """Serves the control socket of its server."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._poll = select.poll()
        self._poll.register(control, select.POLLIN)
        self._pids: dict[int, int] = {}
        self._by_pidfd: dict[int, int] = {}
        self._owner = os.getpid()

    def serve(self) -> ForkedChild | None:
        """Work until the server hangs up.

        Returns:
            In a forked child what it got; in the zygote ``None``, at the end.
        """
        self._send({"did": "ready", "threads": thread_count()})
        while True:
            for fd, _ in self._poll.poll():
                if fd != self._control.fileno():
                    self._reap(fd)
                    continue
                try:
                    data, fds, _, _ = socket.recv_fds(
                        self._control, _DATAGRAM_BYTES, _DESCRIPTORS
                    )
                except ConnectionError:
                    return None
                if not data:
                    return None
                message = json.loads(data)
                if message["do"] == "kill":
                    self._kill(message["id"], message["signal"])
                    continue
                child = self._fork(message, fds)
                if child is not None:
                    return child

    def end_children(self) -> None:
        """Kill and reap every child with its process group."""
        if os.getpid() != self._owner:
            return
        for pid in self._pids.values():
            _kill_group(pid)
        for pid in self._pids.values():
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)
        self._pids.clear()

    def _fork(self, message: dict[str, Any], fds: list[int]) -> ForkedChild | None:
        number = message["id"]
        threads = thread_count()
        if threads != 1:
            reason = f"it has {threads} threads, and only 1 survives a fork."
            self._decline("refused", number, fds, reason)
            return None
        if len(fds) != _DESCRIPTORS:
            self._decline("failed", number, fds, "its descriptors did not arrive")
            return None
        # A child must not run the handler of the zygote, which kills its siblings.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
        try:
            pid = os.fork()
        except OSError as error:
            pid, reason = -1, str(error)
        if pid == 0:
            return self._in_child(fds, Level(message["level"]))
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
        if pid < 0:
            self._decline("failed", number, fds, reason)
        else:
            self._watch(number, pid, fds)
        return None

    def _watch(self, number: int, pid: int, fds: list[int]) -> None:
        try:
            pidfd = os.pidfd_open(pid)
        except OSError as error:
            _kill_group(pid)
            os.waitpid(pid, 0)
            self._decline("failed", number, fds, str(error))
            return
        for fd in fds:
            os.close(fd)
        self._pids[number] = pid
        self._by_pidfd[pidfd] = number
        self._poll.register(pidfd, select.POLLIN)
        self._send({"did": "forked", "id": number, "pid": pid})

    def _in_child(self, fds: list[int], level: Level) -> ForkedChild:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
        self._control.close()
        for pidfd in self._by_pidfd:
            os.close(pidfd)
        channel = socket.socket(fileno=fds[0])
        # Descriptors arrive inheritable (recv_fds ignores its flags), but another
        # program that this child becomes must not hold the channel open.
        channel.set_inheritable(False)
        return ForkedChild(
            channel=channel, log_fd=fds[1], level=level, parent=self._owner
        )

    def _decline(self, did: str, number: int, fds: list[int], reason: str) -> None:
        for fd in fds:
            os.close(fd)
        self._send({"did": did, "id": number, "reason": reason})

    def _kill(self, number: int, signum: int) -> None:
        pid = self._pids.get(number)
        if pid is None:
            return
        try:
            os.killpg(pid, signum)
        except ProcessLookupError:
            os.kill(pid, signum)  # it is too young to lead a group

    def _reap(self, pidfd: int) -> None:
        number = self._by_pidfd.pop(pidfd)
        self._poll.unregister(pidfd)
        os.close(pidfd)
        pid = self._pids.pop(number)
        # Before reaping: as long as the zombie is there, its group id is not reused.
        _kill_group(pid)
        _, status, usage = os.wait4(pid, 0)
        self._send(
            {
                "did": "exited",
                "id": number,
                "status": status,
                "cpu_s": usage.ru_utime + usage.ru_stime,
                "peak_memory_bytes": usage.ru_maxrss * _MAXRSS_UNIT,
            }
        )

    def _send(self, message: dict[str, Any]) -> None:
        with contextlib.suppress(ConnectionError):
            self._control.send(json.dumps(message).encode())


def _kill_group(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        os.kill(pid, signal.SIGKILL)  # it is too young to lead a group


def _terminated(_signum: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def main(argv: Sequence[str]) -> int:
    """Run a zygote, or the child that it became.

    Args:
        argv: The command line without the program's name.

    Returns:
        The exit status of the zygote; a child never comes back.
    """
    parser = argparse.ArgumentParser(prog="zygote")
    parser.add_argument("--control", type=int, required=True)
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--preload", default="")
    options = parser.parse_args(argv)
    control = socket.socket(fileno=options.control)
    control.set_inheritable(False)
    signal.signal(signal.SIGTERM, _terminated)
    # SIGTERM, not SIGKILL: it ends the children's process groups first.
    if not die_with_parent(options.parent, signal.SIGTERM):
        return 0
    preload([name for name in options.preload.split(",") if name])
    gc.collect()
    # Shared pages stay shared: the collector writes into no object that is here now.
    gc.freeze()
    zygote = Zygote(control)
    child = None
    try:
        child = zygote.serve()
    finally:
        zygote.end_children()
    if child is not None:
        entry.become_child(child.log_fd, child.parent)
        entry.serve(child.channel, child.level)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
