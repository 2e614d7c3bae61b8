"""A data directory as a service has one, with a secret in every file."""

from __future__ import annotations

import contextlib
import functools
import sqlite3
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_TREE = {
    "public.txt": 0o644,
    "private.txt": 0o600,
    "tls/ca-key.pem": 0o644,
    "blobs/ab/abcd": 0o644,
}


@functools.cache
def _database(secret: str) -> bytes:
    with contextlib.closing(sqlite3.connect(":memory:")) as database:
        database.execute("CREATE TABLE tokens (token TEXT)")
        database.execute("INSERT INTO tokens VALUES (?)", [secret])
        database.commit()
        return database.serialize()


class DataDirectory:
    """Grants every user of the machine what it can.

    It is the confinement that must hold, not a mode of a file.
    """

    def __init__(self, folder: Path, secret: str) -> None:
        self.path = folder / "data"
        self.home = folder / "home"
        self._secret = secret
        self.home.mkdir()
        for name, mode in _TREE.items():
            path = self.path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(secret)
            path.chmod(mode)
        (self.path / "service.db").write_bytes(_database(secret))
        (self.path / "service.db").chmod(0o666)
        for part in (self.home, self.path, *self.path.rglob("*")):
            if part.is_dir():
                part.chmod(0o777)
        self._before = self._look()

    def read(self) -> str:
        """The secret, as the server reads it."""
        return (self.path / "private.txt").read_text()

    def harm(self) -> list[str]:
        """What is not as it was planted."""
        now = self._look()
        names = sorted({*now, *self._before})
        return [
            f"{name} was {self._before.get(name)}, is {now.get(name)}"
            for name in names
            if now.get(name) != self._before.get(name)
        ]

    def _look(self) -> dict[str, tuple[object, ...]]:
        found = {}
        for path in (
            self.home,
            self.path,
            *self.home.rglob("*"),
            *self.path.rglob("*"),
        ):
            status = path.lstat()
            about = (oct(status.st_mode), status.st_uid, status.st_gid, status.st_size)
            times = () if path.is_dir() else (status.st_mtime,)
            found[str(path.relative_to(self.path.parent))] = about + times
        return found
