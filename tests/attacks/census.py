"""Who is there: the processes below this one, and which run each of them came from."""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import signal
import time
from dataclasses import dataclass

from program_runtime.execution.process_reading import read_file

_PR_SET_CHILD_SUBREAPER = 36
_MARK = re.compile(rb"(?:^|\0)ATTACK_RUN=([0-9a-f]+)")
_NAME = "atk-"


@dataclass(frozen=True)
class Process:
    """As ``/proc`` shows it."""

    pid: int
    parent: int
    name: str
    state: str

    def run(self) -> str | None:
        """The nonce of the run that it came from: by its name, else its environment."""
        if self.name.startswith(_NAME):
            return self.name.removeprefix(_NAME)
        found = _MARK.search(_read(self.pid, "environ"))
        return found[1].decode() if found else None

    def __str__(self) -> str:
        words = _read(self.pid, "cmdline").replace(b"\0", b" ").decode()[:60]
        return f"{self.pid} {self.name} ({self.state}) {words}".strip()


def adopt_orphans() -> None:
    """Whoever escapes its parents becomes a child of this process, not of init.

    So all that came of a run is below this process for as long as it lives.
    """
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def below(root: int | None = None) -> dict[int, Process]:
    """All descendants of a process, of this one if none is named.

    The newest are looked at first: they may be gone at once.
    """
    children: dict[int, list[Process]] = {}
    for pid in _pids():
        if process := _process(pid):
            children.setdefault(process.parent, []).append(process)
    found, waiting = {}, [root or os.getpid()]
    while waiting:
        mine = children.get(waiting.pop(), [])
        found |= {process.pid: process for process in mine}
        waiting += [process.pid for process in mine]
    return found


def came_of(pids: set[int], processes: dict[int, Process]) -> set[int]:
    """Those of the processes that are among ``pids`` or below one of them."""
    return {pid for pid in processes if pids & {pid, *_parents(pid, processes)}}


def above(pids: set[int], processes: dict[int, Process]) -> set[int]:
    """Those of the processes that are among ``pids`` or above one of them."""
    return pids | {parent for pid in pids for parent in _parents(pid, processes)}


def end_all(nonces: set[str], spare: set[int], patience_s: float = 10.0) -> None:
    """Kill what is left of those runs, and orphans that this process has adopted.

    Args:
        nonces: Of the runs.
        spare: Children of this process that live on.
        patience_s: How long to try.
    """
    end = time.monotonic() + patience_s
    while time.monotonic() < end:
        now = below()
        orphans = [p for p in now.values() if _is_orphan(p, spare)]
        left = [p for p in now.values() if p.run() in nonces and p.pid not in spare]
        for process in {*left, *orphans}:
            kill(process.pid)
        if not orphans and all(process.state == "Z" for process in left):
            return
        _chase(nonces)
        bury(spare, now)


def bury(spare: set[int], processes: dict[int, Process]) -> None:
    """Reap adopted orphans that have ended; ``spare`` are waited for by others."""
    for process in processes.values():
        if _is_orphan(process, spare):
            with contextlib.suppress(ChildProcessError):
                os.waitpid(process.pid, os.WNOHANG)


def kill(pid: int) -> None:
    """End a process, if it is there."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _chase(nonces: set[str]) -> None:
    """Kill the newest processes of those runs faster than they can fork."""
    for _ in range(50):
        for pid in _pids()[:6]:
            process = _process(pid)
            if process and process.name.removeprefix(_NAME) in nonces:
                kill(pid)


def _is_orphan(process: Process, spare: set[int]) -> bool:
    return process.parent == os.getpid() and process.pid not in spare


def _parents(pid: int, processes: dict[int, Process]) -> list[int]:
    found = []
    while pid in processes and processes[pid].parent in processes:
        pid = processes[pid].parent
        found.append(pid)
    return found


def _pids() -> list[int]:
    names = os.listdir("/proc")  # noqa: PTH208 - many times a second
    return sorted((int(name) for name in names if name.isdigit()), reverse=True)


def _process(pid: int) -> Process | None:
    content = _read(pid, "stat").decode(errors="replace")
    name, _, rest = content.partition("(")[2].rpartition(")")
    if not rest:
        return None
    state, parent = rest.split()[:2]
    return Process(pid, int(parent), name, state)


def _read(pid: int, name: str) -> bytes:
    try:
        return read_file(f"/proc/{pid}/{name}")
    except OSError:
        return b""
