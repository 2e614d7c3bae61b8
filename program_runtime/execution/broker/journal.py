"""What was submitted to which device, so that nothing is submitted twice."""

from __future__ import annotations

import json
import os
import threading
import time
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["JOURNAL", "Entry", "Journal"]

JOURNAL: Final = "journal.jsonl"
"""Its name in the broker's folder."""

_KEPT_S: Final = 30 * 24 * 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One request that was about to be submitted, or has been."""

    key: str
    digest: str
    """Of circuits and options: a program may ask for something else next time."""
    backend: str
    time: float
    """Unix time in seconds."""
    device_job: str | None = None
    """Not known: it may have been submitted, or not."""
    circuits: int = 0
    shots: int = 0
    done: bool = False
    """The program had its result."""

    @property
    def job_id(self) -> str:
        """Of the service's job that it was asked for by."""
        return self.key.rpartition("/")[0]


class Journal:
    """An append-only file of JSON lines; the last one of a key counts.

    A line is on the disk before what it announces is done.

    Args:
        path: For this user alone; made if it is missing.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._entries = self._read()
        self._compact()
        self._file = os.open(
            path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600
        )

    def get(self, key: str, digest: str) -> Entry | None:
        """Return what is known of a request; nothing, if it asked for other things."""
        entry = self._entries.get(key)
        return entry if entry is not None and entry.digest == digest else None

    def unfinished(self) -> list[Entry]:
        """Return the requests that nobody is known to have had a result of."""
        with self._lock:
            return [entry for entry in self._entries.values() if not entry.done]

    def intend(self, entry: Entry) -> None:
        """Write that a request is about to be submitted.

        Raises:
            OSError: It is not on the disk, so it must not be submitted.
        """
        self._write(entry)

    def submitted(self, entry: Entry, device_job: str) -> Entry:
        """Write what the device calls it."""
        known = replace(entry, device_job=device_job)
        self._write(known)
        return known

    def finished(self, entry: Entry) -> None:
        """Write that there was a result; to lose this line does no harm."""
        with self._lock:
            self._entries[entry.key] = done = replace(entry, done=True)
            os.write(self._file, _line(done))

    def forget(self, key: str) -> None:
        """Write that a request was never submitted."""
        with self._lock:
            self._entries.pop(key, None)
            gone = json.dumps({"key": key, "gone": True})
            self._append(gone.encode() + b"\n")

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)

    def _write(self, entry: Entry) -> None:
        with self._lock:
            self._append(_line(entry))
            self._entries[entry.key] = entry

    def _append(self, line: bytes) -> None:
        os.write(self._file, line)
        os.fsync(self._file)

    def _read(self) -> dict[str, Entry]:
        try:
            lines = self._path.read_bytes().splitlines()
        except FileNotFoundError:
            return {}
        entries: dict[str, Entry] = {}
        for line in lines:
            try:
                content = json.loads(line)
            except ValueError:
                continue  # cut off by a crash, before what it announced was done
            if content.get("gone"):
                entries.pop(content["key"], None)
            else:
                entry = Entry(**content)
                entries[entry.key] = entry
        oldest = time.time() - _KEPT_S
        return {key: entry for key, entry in entries.items() if entry.time >= oldest}

    def _compact(self) -> None:
        """Begin with one line a request."""
        temporary = self._path.with_suffix(".new")
        temporary.unlink(missing_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        with os.fdopen(os.open(temporary, flags, 0o600), "wb") as file:
            file.writelines(map(_line, self._entries.values()))
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self._path)


def _line(entry: Entry) -> bytes:
    return json.dumps(asdict(entry)).encode() + b"\n"
