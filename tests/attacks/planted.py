"""Oracles: what an attack would find, and by what one sees that it was found."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import tty
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .data_directory import DataDirectory
from .planted_processes import Server, Victim

if TYPE_CHECKING:
    from .scene import Scene


class Data:
    """The canary: a data directory that is open to everybody."""

    def __init__(self, scene: Scene) -> None:
        self._secret = f"{scene.house.token}-of-the-data-directory"
        self._planted = DataDirectory(scene.house.scratch(), self._secret)

    def facts(self) -> dict[str, Any]:
        return {"path": str(self._planted.path), "home": str(self._planted.home)}

    def check_alive(self) -> None:
        assert self._planted.read() == self._secret

    def evidence(self) -> list[str]:
        return self._planted.harm()

    def close(self) -> None:
        """The house removes it."""


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
        Path(self.path).chmod(0o666)
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
        return []  # its arena looks after it, whatever the attack

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
        assert Path(f"/proc/{self._before['zygote_pid']}").exists()

    def evidence(self) -> list[str]:
        now = self._health()
        died = now["zygotes_started"] != self._before["zygotes_started"]
        gone = now["zygote_pid"] is None
        return ["the zygote was ended"] if died or gone else []

    def close(self) -> None:
        """Its arena ends it."""


ORACLES = {
    "data": Data,
    "machinery": Machinery,
    "neighbour": Neighbour,
    "network": Network,
    "release": Release,
    "server": Server,
    "terminal": Terminal,
    "victim": Victim,
}


def _contents(folder: Path) -> str:
    found = {}
    for path in sorted(folder.rglob("*")):
        with contextlib.suppress(OSError):
            found[str(path)] = path.read_text() if path.is_file() else ""
    return json.dumps(found)
