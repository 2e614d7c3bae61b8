"""The process that children are forked from, run with ``python -m``.

It imports and then does nothing but fork, signal and reap. Of Qiskit it calls nothing:
a thread pool that ran before a fork makes ``transpile`` hang after it. It has exactly
one thread, or it forks no more. When its server goes away, it ends all its children and
itself. A child is two processes: a keeper, which the zygote knows, and the program.
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

from program_runtime.execution import confinement, keeper, process_tree
from program_runtime.execution.child import entry
from program_runtime.execution.child.rehearsal import rehearse
from program_runtime.execution.child.surroundings import settle
from program_runtime.execution.confinement import Level, Walls
from program_runtime.execution.confinement.probe import probe_levels
from program_runtime.execution.huge_pages import gather_arenas, use_huge_pages
from program_runtime.execution.preload import preload
from program_runtime.execution.process_control import (
    adopt_orphans,
    die_with_parent,
    thread_count,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import FrameType

__all__ = ["NewKeeper", "Zygote", "main"]

_DATAGRAM_BYTES = 64 * 1024
_MAXRSS_UNIT = 1024
_DESCRIPTORS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKeeper:
    """What a process has in its hands that was just split off."""

    walls: Walls
    channel: socket.socket
    log_fd: int
    report_fd: int
    parent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """A keeper, as its zygote knows it."""

    number: int
    pid: int
    report_fd: int
    level: Level


class Zygote:
    """Serves the control socket of its server."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._poll = select.poll()
        self._poll.register(control, select.POLLIN)
        self._keepers: dict[int, _Kept] = {}
        self._by_pidfd: dict[int, _Kept] = {}
        self._owner = os.getpid()

    def serve(self, problems: Mapping[str, Sequence[str]]) -> NewKeeper | None:
        """Work until the server hangs up.

        Args:
            problems: What the probe of the levels found.

        Returns:
            In a new keeper what it got; in the zygote ``None``, at the end.
        """
        ready = {"did": "ready", "threads": thread_count(), "levels": problems}
        self._send(ready)
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
                new = self._split(message, fds)
                if new is not None:
                    return new

    def end_children(self) -> None:
        """End and reap every keeper with all that it keeps."""
        if os.getpid() != self._owner:
            return
        for kept in self._keepers.values():
            _end(kept)
        for kept in self._keepers.values():
            with contextlib.suppress(ChildProcessError):
                os.waitpid(kept.pid, 0)
        self._keepers.clear()
        process_tree.end_descendants(self._owner)

    def _split(self, message: dict[str, Any], fds: list[int]) -> NewKeeper | None:
        number = message["id"]
        threads = thread_count()
        if threads != 1:
            reason = f"it has {threads} threads, and only 1 survives a fork."
            self._decline("refused", number, fds, reason)
            return None
        if len(fds) != _DESCRIPTORS:
            self._decline("failed", number, fds, "its descriptors did not arrive")
            return None
        walls = Walls.parse(message["walls"])
        try:
            report_fd, theirs = os.pipe()
        except OSError as error:
            self._decline("failed", number, fds, str(error))
            return None
        # A keeper waits for these signals; it must not miss one, nor run the handler
        # of the zygote, which ends its siblings.
        signal.pthread_sigmask(signal.SIG_BLOCK, keeper.SIGNALS)
        try:
            pid = keeper.split(walls)
        except OSError as error:
            pid, reason = -1, str(error)
        if pid == 0:
            os.close(report_fd)
            return self._in_keeper(fds, walls, theirs)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, keeper.SIGNALS)
        os.close(theirs)
        if pid < 0:
            os.close(report_fd)
            self._decline("failed", number, fds, reason)
        else:
            kept = _Kept(number=number, pid=pid, report_fd=report_fd, level=walls.level)
            self._watch(kept, fds)
        return None

    def _watch(self, kept: _Kept, fds: list[int]) -> None:
        try:
            pidfd = os.pidfd_open(kept.pid)
        except OSError as error:
            _end(kept)
            os.waitpid(kept.pid, 0)
            os.close(kept.report_fd)
            self._decline("failed", kept.number, fds, str(error))
            return
        for fd in fds:
            os.close(fd)
        self._keepers[kept.number] = kept
        self._by_pidfd[pidfd] = kept
        self._poll.register(pidfd, select.POLLIN)
        self._send({"did": "forked", "id": kept.number, "pid": kept.pid})

    def _in_keeper(self, fds: list[int], walls: Walls, report_fd: int) -> NewKeeper:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        self._control.close()
        for pidfd, kept in self._by_pidfd.items():
            os.close(pidfd)
            os.close(kept.report_fd)
        channel = socket.socket(fileno=fds[0])
        # Descriptors arrive inheritable (recv_fds ignores its flags), but another
        # program that this child becomes must not hold the channel open.
        channel.set_inheritable(False)
        return NewKeeper(
            walls=walls,
            channel=channel,
            log_fd=fds[1],
            report_fd=report_fd,
            parent=self._owner,
        )

    def _decline(self, did: str, number: int, fds: list[int], reason: str) -> None:
        for fd in fds:
            os.close(fd)
        self._send({"did": did, "id": number, "reason": reason})

    def _kill(self, number: int, signum: int) -> None:
        kept = self._keepers.get(number)
        if kept is None:
            return
        if signum == signal.SIGKILL:
            _end(kept)
        else:
            os.kill(kept.pid, signum)

    def _reap(self, pidfd: int) -> None:
        kept = self._by_pidfd.pop(pidfd)
        self._poll.unregister(pidfd)
        os.close(pidfd)
        del self._keepers[kept.number]
        _, _, usage = os.wait4(kept.pid, 0)
        report = os.read(kept.report_fd, keeper.STATUS.size)
        os.close(kept.report_fd)
        status = keeper.STATUS.unpack(report)[0] if report else None
        if status is None and kept.level is not Level.STRONG:
            # Somebody killed the keeper: what it kept is this process's child now.
            others = [other.pid for other in self._keepers.values()]
            process_tree.end_descendants(self._owner, keep=others)
        self._send(
            {
                "did": "exited",
                "id": kept.number,
                "status": status,
                "cpu_s": usage.ru_utime + usage.ru_stime,
                "peak_memory_bytes": usage.ru_maxrss * _MAXRSS_UNIT,
            }
        )

    def _send(self, message: dict[str, Any]) -> None:
        with contextlib.suppress(ConnectionError):
            self._control.send(json.dumps(message).encode())


def _end(kept: _Kept) -> None:
    """A namespace dies with its keeper; below ``strong`` a keeper must do it itself."""
    if kept.level is Level.STRONG:
        os.kill(kept.pid, signal.SIGKILL)
        return
    os.kill(kept.pid, keeper.END)
    os.kill(kept.pid, signal.SIGCONT)  # its program may have stopped it


def _get_ready() -> None:
    """Do once what all children would do."""
    confinement.get_ready()
    settle()
    rehearse()
    gc.collect()
    # Shared pages stay shared: the collector writes into no object that is here now.
    gc.freeze()


def _terminated(_signum: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def main(argv: Sequence[str]) -> int:
    """Run a zygote, or the keeper or program that it became.

    Args:
        argv: The command line without the program's name.

    Returns:
        The exit status of the zygote; its children never come back.
    """
    parser = argparse.ArgumentParser(prog="zygote")
    parser.add_argument("--control", type=int, required=True)
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--preload", default="")
    parser.add_argument("--light", action="store_true")
    parser.add_argument("--probe", default="")
    options = parser.parse_args(argv)
    control = socket.socket(fileno=options.control)
    control.set_inheritable(False)
    signal.signal(signal.SIGTERM, _terminated)
    # SIGTERM, not SIGKILL: it ends the children first.
    if not die_with_parent(options.parent or os.getppid(), signal.SIGTERM):
        return 0
    adopt_orphans()
    # Before anything large is imported: what is tried here is forked.
    problems = probe_levels(options.probe) if options.probe else {}
    if options.light:
        _get_ready()
    else:
        gather_arenas()
        preload([name for name in options.preload.split(",") if name])
        _get_ready()
        use_huge_pages()
    zygote = Zygote(control)
    new = None
    user, group = os.geteuid(), os.getegid()
    try:
        new = zygote.serve(problems)
    finally:
        zygote.end_children()
    if new is not None:
        parent = keeper.become_keeper(
            new.walls,
            parent=new.parent,
            user=user,
            group=group,
            report_fd=new.report_fd,
            fds=[new.log_fd, new.channel.fileno()],
        )
        entry.become_program(new.log_fd)
        entry.serve(new.channel, new.walls, parent=parent)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
