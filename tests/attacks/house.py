"""What the process that runs the jobs holds: secrets, a data directory, listeners."""

from __future__ import annotations

import contextlib
import os
import secrets
import selectors
import shutil
import signal
import socket
import sqlite3
import tempfile
import threading
from pathlib import Path

TOKEN_VARIABLE = "ATTACKED_TOKEN"
_TREE = {
    "public.txt": 0o644,
    "private.txt": 0o600,
    "tls/ca-key.pem": 0o644,
    "blobs/ab/abcd": 0o644,
}


class House:
    """Everything that a program must not reach, in a folder that is open to all.

    The folder and what is in it grant every user of the machine what they can: it is
    the confinement that must hold, not a mode of a file.
    """

    def __init__(self) -> None:
        self.token = os.environ[TOKEN_VARIABLE]
        self.root = Path(tempfile.mkdtemp(prefix="attacked-"))
        self.root.chmod(0o755)
        tempfile.tempdir = str(self.root)  # of runners, too
        self.data = self.root / "data"
        self.home = self.root / "home"
        self.home.mkdir()
        self.home.chmod(0o777)
        os.environ["HOME"] = str(self.home)
        self._tell = f"{self.token}-of-the-data-directory"
        self._fill()
        self.open_file = self._open_unlinked()
        self.listener = Listener(self.root)
        self.own_processes: set[int] = set()
        """Started by the oracles."""
        self.signals: list[int] = []
        for number in (signal.SIGURG, signal.SIGUSR1, signal.SIGIO):
            signal.signal(number, lambda got, _frame: self.signals.append(got))

    def scratch(self) -> Path:
        """A new folder that every user may use."""
        folder = self.root / f"scratch-{secrets.token_hex(4)}"
        folder.mkdir()
        folder.chmod(0o777)
        return folder

    def harm(self) -> list[str]:
        """What is no longer as it was planted; repairs it."""
        found = [f"{name} is not as it was" for name in _TREE if self._differs(name)]
        here = {p.relative_to(self.data).as_posix() for p in self.data.rglob("*")}
        planted = {"tls", "blobs", "blobs/ab", "service.db", *_TREE}
        found += [f"{name} is new" for name in sorted(here - planted)]
        found += [f"{name} is gone" for name in sorted(planted - here)]
        strange = [path for path in self.home.iterdir() if path.name != ".cache"]
        found += [f"{path.name} is new in the home folder" for path in strange]
        for path in strange:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        if found:
            shutil.rmtree(self.data, ignore_errors=True)
            self._fill()
        return found

    def close(self) -> None:
        self.listener.close()
        os.close(self.open_file)
        shutil.rmtree(self.root, ignore_errors=True)

    def _fill(self) -> None:
        self.data.mkdir(exist_ok=True)
        for name, mode in _TREE.items():
            path = self.data / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(self._tell)
            path.chmod(mode)
        database = sqlite3.connect(self.data / "service.db")
        with contextlib.closing(database), database:
            database.execute("CREATE TABLE tokens (token TEXT)")
            database.execute("INSERT INTO tokens VALUES (?)", [self._tell])
        (self.data / "service.db").chmod(0o666)
        for folder in (self.data, *(p for p in self.data.rglob("*") if p.is_dir())):
            folder.chmod(0o777)

    def _differs(self, name: str) -> bool:
        path = self.data / name
        try:
            same = path.read_text() == self._tell
            return not same or path.stat().st_mode & 0o777 != _TREE[name]
        except OSError:
            return True

    def _open_unlinked(self) -> int:
        """A descriptor that a careless start of a process would pass on."""
        number, path = tempfile.mkstemp(dir=self.root)
        os.write(number, f"{self.token}-of-the-descriptor".encode())
        os.unlink(path)
        os.set_inheritable(number, True)
        return number


class Listener:
    """Sockets of every family that a program could talk to; notes what arrives."""

    def __init__(self, folder: Path) -> None:
        self.heard: list[bytes] = []
        self._selector = selectors.DefaultSelector()
        self._sockets: list[socket.socket] = []
        stream, packet = socket.SOCK_STREAM, socket.SOCK_DGRAM
        abstract = f"attacked-{secrets.token_hex(6)}"
        self.addresses = {
            "tcp": self._listen(socket.AF_INET, stream, ("127.0.0.1", 0)),
            "udp": self._listen(socket.AF_INET, packet, ("127.0.0.1", 0)),
            "unix": self._listen(socket.AF_UNIX, stream, str(folder / "stream.sock")),
            "unix_packets": self._listen(
                socket.AF_UNIX, packet, str(folder / "packets.sock")
            ),
            "abstract": self._listen(socket.AF_UNIX, stream, f"\0{abstract}"),
            "abstract_packets": self._listen(socket.AF_UNIX, packet, f"\0{abstract}d"),
        }
        with contextlib.suppress(OSError):  # not every machine has IPv6
            self.addresses["tcp6"] = self._listen(socket.AF_INET6, stream, ("::1", 0))
        for name in ("unix", "unix_packets"):
            os.chmod(self.addresses[name], 0o777)
        self._ours, theirs = socket.socketpair()
        self._selector.register(theirs, selectors.EVENT_READ, "end")
        self._sockets.append(theirs)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _listen(self, family, kind, address):
        server = socket.socket(family, kind)
        server.bind(address)
        if kind == socket.SOCK_STREAM:
            server.listen(64)
        server.setblocking(False)
        self._sockets.append(server)
        what = "accept" if kind == socket.SOCK_STREAM else "receive"
        self._selector.register(server, selectors.EVENT_READ, what)
        name = server.getsockname()
        if family == socket.AF_UNIX:
            return name.decode() if isinstance(name, bytes) else name
        return name[1]

    def close(self) -> None:
        self._ours.close()
        self._thread.join()
        self._selector.close()
        for each in self._sockets:
            each.close()

    def _serve(self) -> None:
        while True:
            for key, _ in self._selector.select():
                if key.data == "end":
                    return
                with contextlib.suppress(OSError):
                    self._take(key.fileobj, key.data)

    def _take(self, server, what) -> None:
        if what == "receive":
            self.heard.append(server.recv(4096))
            return
        peer, _ = server.accept()
        with peer:
            peer.settimeout(0.5)
            self.heard.append(peer.recv(4096))
            peer.sendall(b"heard")
