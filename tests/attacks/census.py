"""Who is there: the processes below this one, and who of them belongs to whom."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

_PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True)
class Process:
    """As ``/proc`` shows it."""

    pid: int
    parent: int
    name: str
    state: str

    def bears(self, nonce: str) -> bool:
        """Whether it, or what it was forked from, ran ``attempt`` with this nonce."""
        return nonce in self.name or nonce.encode() in _read(self.pid, "environ")

    def __str__(self) -> str:
        words = _read(self.pid, "cmdline").replace(b"\0", b" ").decode()[:60]
        return f"{self.pid} {self.name} ({self.state}) {words}".strip()


def adopt_orphans() -> None:
    """Whoever escapes its parents becomes a child of this process, not of init."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def everybody() -> dict[int, Process]:
    """All processes that can be seen, the newest first: they may be gone at once."""
    pids = sorted((int(e) for e in os.listdir("/proc") if e.isdigit()), reverse=True)
    return {pid: process for pid in pids if (process := _process(pid))}


def below(root: int, everybody: dict[int, Process]) -> list[int]:
    """All descendants of a process."""
    children: dict[int, list[int]] = {}
    for process in everybody.values():
        children.setdefault(process.parent, []).append(process.pid)
    found, waiting = [], [root]
    while waiting:
        mine = children.get(waiting.pop(), [])
        found += mine
        waiting += mine
    return found


def left_by(
    nonces: set[str], everybody: dict[int, Process]
) -> dict[str, list[Process]]:
    """The processes of those runs that are there, wherever they went."""
    found: dict[str, list[Process]] = {}
    for process in everybody.values():
        for nonce in nonces:
            if process.bears(nonce):
                found.setdefault(nonce, []).append(process)
    return found


def end_all(nonces: set[str], spare: set[int], patience_s: float = 10.0) -> None:
    """Kill what is left of those runs, and orphans that this process has adopted.

    Args:
        nonces: Of the runs.
        spare: Children of this process that live on.
        patience_s: How long to try.
    """
    end = time.monotonic() + patience_s
    while time.monotonic() < end:
        now = everybody()
        left = [p for found in left_by(nonces, now).values() for p in found]
        orphans = [p for p in now.values() if _is_orphan(p, spare)]
        for process in {*left, *orphans}:
            kill(process.pid)
        _chase(nonces)
        bury(spare)
        if not orphans and all(process.state == "Z" for process in left):
            return


def _chase(nonces: set[str]) -> None:
    """Kill the newest processes of those runs faster than they can fork."""
    for _ in range(50):
        newest = sorted((int(e) for e in os.listdir("/proc") if e.isdigit()))[-6:]
        for pid in reversed(newest):
            process = _process(pid)
            if process and any(nonce in process.name for nonce in nonces):
                kill(pid)


def bury(spare: set[int]) -> None:
    """Reap adopted orphans that have ended; ``spare`` are waited for by others."""
    for process in everybody().values():
        if _is_orphan(process, spare):
            with contextlib.suppress(ChildProcessError):
                os.waitpid(process.pid, os.WNOHANG)


def _is_orphan(process: Process, spare: set[int]) -> bool:
    return process.parent == os.getpid() and process.pid not in spare


def kill(pid: int) -> None:
    """End a process, if it is there."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _process(pid: int) -> Process | None:
    content = _read(pid, "stat").decode(errors="replace")
    name, _, rest = content.partition("(")[2].rpartition(")")
    if not rest:
        return None
    state, parent = rest.split()[:2]
    return Process(pid, int(parent), name, state)


def _read(pid: int, name: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes()
    except OSError:
        return b""
