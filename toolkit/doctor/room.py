"""Is there room for data, and a port to listen on?"""

from __future__ import annotations

import errno
import os
import socket
from typing import TYPE_CHECKING

from program_runtime.client import local
from toolkit.doctor.diagnosis import Diagnosis, problem, warning

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from toolkit.doctor.situation import Situation

__all__ = ["check"]

_MB, _GB = 1_000_000, 1_000_000_000
_LOW_BYTES, _LEAST_BYTES = 2 * _GB, 200 * _MB
_LEAST_FILES = 10_000
_HINT = "Make room, or choose another folder with --data-dir."


def check(situation: Situation) -> Iterator[Diagnosis]:
    """Look at the disk below the data directory, and at the port of `qrt serve`."""
    yield _disk(situation.data_dir)
    if situation.port:
        yield _port(situation)


def _disk(folder: Path) -> Diagnosis:
    there = next(path for path in (folder, *folder.parents) if path.exists())
    facts = os.statvfs(there)
    free = facts.f_bavail * facts.f_frsize
    message = f"{free / _GB:.1f} GB free for {folder}"
    # Some file systems count no files.
    if facts.f_files and facts.f_favail < _LEAST_FILES:
        return problem("disk", f"{message}, but for {facts.f_favail} files only", _HINT)
    if free < _LEAST_BYTES:
        return problem("disk", message, _HINT)
    if free < _LOW_BYTES:
        return warning("disk", message, _HINT)
    return Diagnosis(name="disk", message=message)


def _port(situation: Situation) -> Diagnosis:
    port = situation.port
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError as err:
        running = local.find_local_service(situation.data_dir)
        if running is not None and running.url.endswith(f":{port}"):
            return Diagnosis(name="port", message=f"{port}, used by your service")
        taken = err.errno == errno.EADDRINUSE
        reason = "another program uses it" if taken else err.strerror
        return warning(
            "port",
            f"`qrt serve` can not listen on {port}: {reason}",
            "`qrt serve --port 0` takes a free one.",
        )
    return Diagnosis(name="port", message=f"{port} is free")
