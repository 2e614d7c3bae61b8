"""Files that hold a secret: for this user alone from their first byte."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from program_runtime.errors import StorageError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["write_private"]

_OWNER_ONLY = 0o600


def write_private(path: Path, text: str, *, mode: int = _OWNER_ONLY) -> None:
    """Write a file in one step; no one ever sees a half of it.

    Args:
        path: The file; one that is there is replaced.
        text: Its content.
        mode: For what is no secret, but must be whole.

    Raises:
        StorageError: The disk is full or fails.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.unlink(missing_ok=True)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(descriptor)
        temporary.replace(path)
    except OSError as err:
        raise StorageError(f"{path} can not be written: {err.strerror}") from err
