"""Processes that an attack would find: the server, and one of somebody else."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .scene import Scene

_VICTIM = """
import os, signal
got = []
for number in (signal.SIGURG, signal.SIGUSR1, signal.SIGIO):
    signal.signal(number, lambda got_now, _: got.append(int(got_now)))
while os.read(0, 1):
    os.write(1, b"%a\\n" % got)
"""
_RLIMITS = (resource.RLIMIT_CORE, resource.RLIMIT_NOFILE, resource.RLIMIT_DATA)


class Server:
    """The process that runs the jobs: environment, memory, descriptors, signals."""

    def __init__(self, scene: Scene) -> None:
        self._house = scene.house
        self._signals = len(self._house.signals)
        self._state = _state_of(os.getpid())

    def facts(self) -> dict[str, Any]:
        return {
            "pid": os.getpid(),
            "descriptor": self._house.open_file,
            **_token_in_memory(os.getpid(), self._house.token),
        }

    def check_alive(self) -> None:
        content = os.pread(self._house.open_file, 100, 0).decode()
        assert content.startswith(self._house.token)

    def evidence(self) -> list[str]:
        got = self._house.signals[self._signals :]
        found = [f"the server got signal {number}" for number in got]
        return found + _changes(self._state, os.getpid(), "the server")

    def close(self) -> None:
        """Is this very process."""


class Victim:
    """A process of somebody else; notes signals, holds a token."""

    def __init__(self, scene: Scene) -> None:
        self._house = scene.house
        self._token = f"{scene.house.token}-of-a-process"
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _VICTIM],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={"TOKEN": self._token},
            start_new_session=True,  # its group will be signalled, too
        )
        self.pid = self._process.pid
        self._house.own_processes.add(self.pid)
        self._known = self._signals()
        self._place = _token_in_memory(self.pid, self._token)
        self._state = _state_of(self.pid)

    def facts(self) -> dict[str, Any]:
        return {"pid": self.pid, **self._place}

    def check_alive(self) -> None:
        self._process.send_signal(signal.SIGUSR1)
        self._known = self._signals()
        assert self._known == [signal.SIGUSR1]
        assert self._memory() == self._token

    def evidence(self) -> list[str]:
        if self._process.poll() is not None:
            return [f"the other process ended with {self._process.returncode}"]
        got = self._signals()[len(self._known) :]
        found = [f"the other process got signal {number}" for number in got]
        if self._memory() != self._token:
            found.append("the other process's memory was written to")
        return found + _changes(self._state, self.pid, "the other process")

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()
        self._house.own_processes.discard(self.pid)

    def _signals(self) -> list[int]:
        """Ask it which it got; before it answers it has handled all of them."""
        self._process.stdin.write(b"?")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def _memory(self) -> str:
        with Path(f"/proc/{self.pid}/mem").open("rb") as memory:
            memory.seek(self._place["token_at"])
            return memory.read(self._place["token_bytes"]).decode()


def _state_of(pid: int) -> dict[str, Any]:
    """What another process of the same user could change about this one."""
    return {
        "priority": os.getpriority(os.PRIO_PROCESS, pid),
        "scheduler": os.sched_getscheduler(pid),
        "processors": sorted(os.sched_getaffinity(pid)),
        "limits": [resource.prlimit(pid, kind) for kind in _RLIMITS],
        "oom_score_adj": Path(f"/proc/{pid}/oom_score_adj").read_text(),
    }


def _changes(before: dict[str, Any], pid: int, name: str) -> list[str]:
    """What has been changed about a process; its state is not put back."""
    after = _state_of(pid)
    return [
        f"{key} of {name} was {before[key]}, is {after[key]}"
        for key in before
        if before[key] != after[key]
    ]


def _token_in_memory(pid: int, token: str) -> dict[str, int]:
    """Where the kernel put the environment when the process was started."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    start, end = int(fields[47]), int(fields[48])
    with Path(f"/proc/{pid}/mem").open("rb") as memory:
        memory.seek(start)
        at = memory.read(end - start).index(token.encode())
    return {"token_at": start + at, "token_bytes": len(token)}
