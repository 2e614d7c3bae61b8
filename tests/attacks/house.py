"""What the process that runs the jobs holds: secrets, descriptors, listeners."""

from __future__ import annotations

import contextlib
import os
import secrets
import selectors
import shutil
import signal
import socket
import tempfile
import threading
from pathlib import Path

TOKEN_VARIABLE = "ATTACKED_TOKEN"


class House:
    """The secrets of this process, and a folder for all that is planted."""

    def __init__(self) -> None:
        self.token = os.environ[TOKEN_VARIABLE]
        self.root = Path(tempfile.mkdtemp(prefix="attacked-"))
        self.root.chmod(0o755)
        tempfile.tempdir = str(self.root)  # of runners, too
        os.environ["HOME"] = str(self.scratch())
        self.open_file = self._open_unlinked()
        self.listener = Listener(self.root)
        self.own_processes: set[int] = set()
        """Started by the oracles."""
        self.signals: list[int] = []
        for number in (signal.SIGURG, signal.SIGUSR1, signal.SIGIO):
            signal.signal(number, lambda got, _frame: self.signals.append(got))
        os.kill(os.getpid(), signal.SIGURG)
        assert self.signals, "signals to the server are noticed"

    def scratch(self) -> Path:
        """A new folder that every user may use."""
        folder = self.root / f"scratch-{secrets.token_hex(4)}"
        folder.mkdir()
        folder.chmod(0o777)
        return folder

    def close(self) -> None:
        self.listener.close()
        os.close(self.open_file)
        shutil.rmtree(self.root, ignore_errors=True)

    def _open_unlinked(self) -> int:
        """A descriptor that a careless start of a process would pass on."""
        number, path = tempfile.mkstemp(dir=self.root)
        os.write(number, f"{self.token}-of-the-descriptor".encode())
        Path(path).unlink()
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
            Path(self.addresses[name]).chmod(0o777)
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
