"""One service for a data directory, held by a lock that dies with the process."""

from __future__ import annotations

import fcntl
import os
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from program_runtime.errors import ServiceStartError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOCK_NAME = "lock"


@contextmanager
def hold(data_dir: Path) -> Iterator[None]:
    """Hold the lock of a data directory.

    Raises:
        ServiceStartError: Another process holds it, or it can not be written.
    """
    with ExitStack() as opened:
        try:
            descriptor = os.open(data_dir / LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o600)
            opened.callback(os.close, descriptor)
            _take(descriptor, data_dir)
        except OSError as err:
            raise ServiceStartError(
                f"The data directory {data_dir} can not be used: {err.strerror}.",
                hint="Make room or mend its rights, or choose another one with "
                "--data-dir.",
            ) from err
        yield


def _take(descriptor: int, data_dir: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.read(descriptor, 20).decode(errors="replace").strip()
        raise ServiceStartError(
            f"Another service (process {holder or 'unknown'}) uses {data_dir}.",
            hint="Stop it first, or choose another folder with --data-dir.",
        ) from None
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, str(os.getpid()).encode(), 0)
