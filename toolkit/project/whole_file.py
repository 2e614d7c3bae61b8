"""Files that change as a whole: a reader sees the old content or the new one."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

__all__ = ["replace_file"]

_NEW = 0o644


def replace_file(path: Path, content: bytes, *, mode: int | None = None) -> None:
    """Write a file beside the old one, and put it in its place.

    Args:
        path: The file; a link is replaced by a file. Its folder exists.
        content: What it will hold.
        mode: Its permissions; None keeps those that it has.

    Raises:
        OSError: It can not be written; the old content is still there.
    """
    if mode is None:
        mode = path.stat().st_mode & 0o7777 if path.exists() else _NEW
    handle, scratch = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(scratch).chmod(mode)
        Path(scratch).replace(path)
    except BaseException:
        Path(scratch).unlink(missing_ok=True)
        raise
