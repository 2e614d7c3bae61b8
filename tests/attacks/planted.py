"""Oracles: what an attack would find, and by what one sees that it was found."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import socket
import subprocess
import sys
import tty
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from .house import House
    from .scene import Scene

_VICTIM = """
import os, signal
for number in (signal.SIGURG, signal.SIGUSR1, signal.SIGIO):
    signal.signal(number, lambda got, _: os.write(1, b"%d " % got))
os.write(1, b"ready ")
while os.read(0, 1):
    pass
"""
_RLIMITS = (resource.RLIMIT_CORE, resource.RLIMIT_NOFILE, resource.RLIMIT_DATA)


class DataDirectory:
    """The canary: a data directory that is open to everybody."""

    def __init__(self, scene: Scene) -> None:
        self._house = scene.house

    def facts(self) -> dict[str, Any]:
        return {"path": str(self._house.data), "home": str(self._house.home)}

    def check_alive(self) -> None:
        text = (self._house.data / "private.txt").read_text()
        assert text.startswith(self._house.token)
        assert self._house.harm() == []

    def evidence(self) -> list[str]:
        return self._house.harm()

    def close(self) -> None:
        """Stays for the next."""


class Server:
    """The process that runs the jobs: environment, memory, descriptors, signals."""

    def __init__(self, scene: Scene) -> None:
        self._house = scene.house
        self._signals = len(self._house.signals)
        self._state = state_of(os.getpid())

    def facts(self) -> dict[str, Any]:
        return {
            "pid": os.getpid(),
            "descriptor": self._house.open_file,
            **_token_in_memory(os.getpid(), self._house.token),
        }

    def check_alive(self) -> None:
        content = os.pread(self._house.open_file, 100, 0).decode()
        assert content.startswith(self._house.token)
        os.kill(os.getpid(), signal.SIGURG)
        assert len(self._house.signals) > self._signals
        self._signals = len(self._house.signals)

    def evidence(self) -> list[str]:
        got = self._house.signals[self._signals :]
        found = [f"the server got signal {number}" for number in got]
        return found + changes(self._state, os.getpid(), "the server")

    def close(self) -> None:
        """Is this very process."""


class Victim:
    """A process of somebody else; notes signals, holds a token."""

    def __init__(self, scene: Scene) -> None:
        self._token = f"{scene.house.token}-of-a-process"
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _VICTIM],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={"TOKEN": self._token},
        )
        self.pid = self._process.pid
        self._house = scene.house
        self._house.own_processes.add(self.pid)
        self._read_word()
        self._place = _token_in_memory(self.pid, self._token)
        self._state = state_of(self.pid)

    def facts(self) -> dict[str, Any]:
        return {"pid": self.pid, **self._place}

    def check_alive(self) -> None:
        self._process.send_signal(signal.SIGUSR1)
        assert self._read_word() == str(int(signal.SIGUSR1)).encode()
        assert self._memory() == self._token

    def evidence(self) -> list[str]:
        if self._process.poll() is not None:
            return [f"the other process ended with {self._process.returncode}"]
        os.set_blocking(self._process.stdout.fileno(), False)
        got = (os.read(self._process.stdout.fileno(), 100) if self._ready() else b"")
        found = [f"the other process got signal {n}" for n in got.decode().split()]
        if self._memory() != self._token:
            found.append("the other process's memory was written to")
        return found + changes(self._state, self.pid, "the other process")

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()
        self._house.own_processes.discard(self.pid)

    def _ready(self) -> bool:
        """Once it reacts to a signal of ours, it has reacted to those before it."""
        import select  # noqa: PLC0415

        return bool(select.select([self._process.stdout], [], [], 0)[0])

    def _read_word(self) -> bytes:
        return os.read(self._process.stdout.fileno(), 100).strip()

    def _memory(self) -> str:
        with open(f"/proc/{self.pid}/mem", "rb") as memory:
            memory.seek(self._place["token_at"])
            return memory.read(self._place["token_bytes"]).decode()


class Network:
    """Listening sockets of all kinds on this machine."""

    def __init__(self, scene: Scene) -> None:
        self._listener = scene.house.listener
        self._nonce = scene.nonce.encode()

    def facts(self) -> dict[str, Any]:
        return dict(self._listener.addresses)

    def check_alive(self) -> None:
        with socket.create_connection(
            ("127.0.0.1", self._listener.addresses["tcp"]), 5
        ) as connection:
            connection.sendall(b"alive")
            assert connection.recv(10) == b"heard"

    def evidence(self) -> list[str]:
        self.check_alive()
        heard = [data for data in self._listener.heard if self._nonce in data]
        return [f"a socket of the machine heard {data!r}" for data in heard]

    def close(self) -> None:
        """Stays for the next."""


class Terminal:
    """A terminal that a person might be sitting at."""

    def __init__(self, _scene: Scene) -> None:
        self._master, self._slave = os.openpty()
        self.path = os.ttyname(self._slave)
        os.chmod(self.path, 0o666)
        tty.setraw(self._slave)
        os.set_blocking(self._slave, False)

    def facts(self) -> dict[str, Any]:
        return {"path": self.path}

    def check_alive(self) -> None:
        os.write(self._master, b"typed")
        assert os.read(self._slave, 100) == b"typed"

    def evidence(self) -> list[str]:
        try:
            got = os.read(self._slave, 100)
        except BlockingIOError:
            return []
        except OSError as error:
            return [f"the terminal was taken: {error}"]
        return [f"typed into the terminal: {got!r}"]

    def close(self) -> None:
        os.close(self._master)
        os.close(self._slave)


class Neighbour:
    """Another job that runs at the same time."""

    def __init__(self, scene: Scene) -> None:
        self._companion = scene.companion

    def facts(self) -> dict[str, Any]:
        return self._companion.facts()

    def check_alive(self) -> None:
        assert self._companion.running

    def evidence(self) -> list[str]:
        return self._companion.harm()

    def close(self) -> None:
        """Its arena ends it."""


class Release:
    """The folder that the release was unpacked to; the next job starts from it."""

    def __init__(self, scene: Scene) -> None:
        self._folder = scene.program
        self._before = _contents(self._folder)

    def facts(self) -> dict[str, Any]:
        return {"path": str(self._folder)}

    def check_alive(self) -> None:
        assert self._before

    def evidence(self) -> list[str]:
        changed = _contents(self._folder) != self._before
        return ["the release's folder was written to"] if changed else []

    def close(self) -> None:
        """Its scene removes it."""


class Machinery:
    """The zygote from which all jobs come."""

    def __init__(self, scene: Scene) -> None:
        self._health = scene.health
        self._before = self._health()

    def facts(self) -> dict[str, Any]:
        return {"zygote": self._before["zygote_pid"]}

    def check_alive(self) -> None:
        assert os.path.exists(f"/proc/{self._before['zygote_pid']}")

    def evidence(self) -> list[str]:
        now = self._health()
        died = now["zygotes_started"] != self._before["zygotes_started"]
        gone = now["zygote_pid"] is None
        return ["the zygote was ended"] if died or gone else []

    def close(self) -> None:
        """Its arena ends it."""


ORACLES = {
    "data": DataDirectory,
    "machinery": Machinery,
    "neighbour": Neighbour,
    "network": Network,
    "release": Release,
    "server": Server,
    "terminal": Terminal,
    "victim": Victim,
}


def state_of(pid: int) -> dict[str, Any]:
    """What another process of the same user could change about this one."""
    with open(f"/proc/{pid}/oom_score_adj") as file:
        badness = file.read()
    return {
        "priority": os.getpriority(os.PRIO_PROCESS, pid),
        "scheduler": os.sched_getscheduler(pid),
        "processors": sorted(os.sched_getaffinity(pid)),
        "limits": [resource.prlimit(pid, kind) for kind in _RLIMITS],
        "oom_score_adj": badness,
    }


def changes(before: dict[str, Any], pid: int, name: str) -> list[str]:
    """What has been changed about a process; its state is not put back."""
    after = state_of(pid)
    return [
        f"{key} of {name} was {before[key]}, is {after[key]}"
        for key in before
        if before[key] != after[key]
    ]


def _token_in_memory(pid: int, token: str) -> dict[str, int]:
    """Where the kernel put the environment when the process was started."""
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    start, end = int(fields[47]), int(fields[48])
    with open(f"/proc/{pid}/mem", "rb") as memory:
        memory.seek(start)
        at = memory.read(end - start).index(token.encode())
    return {"token_at": start + at, "token_bytes": len(token)}


def _contents(folder: Path) -> str:
    found = {}
    for path in sorted(folder.rglob("*")):
        with contextlib.suppress(OSError):
            found[str(path)] = path.read_text() if path.is_file() else ""
    return json.dumps(found)
