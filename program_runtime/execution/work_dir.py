"""The private folder of a job."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import itertools
import os
import secrets
import stat
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from program_runtime.errors import ExecutionError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["make_work_dir", "remove_tree", "shared_work_root"]

_PATIENCE_S: Final = 60.0
_OPEN_FLAGS: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def make_work_dir(parent: Path) -> Path:
    """Make a new folder that only its owner can enter.

    Args:
        parent: An existing folder.

    Returns:
        Its absolute path.
    """
    return Path(tempfile.mkdtemp(prefix="job-", dir=parent)).absolute()


def shared_work_root(spool_dir: Path) -> Path:
    """Find a place for jobs' folders that other users can walk to, but not list.

    Args:
        spool_dir: Of the runner; each has its own place.

    Returns:
        A path in the system's folder for temporary files; it need not exist.

    Raises:
        ExecutionError: Somebody else has put something there.
    """
    name = hashlib.sha256(str(spool_dir.absolute()).encode()).hexdigest()[:16]
    root = Path(tempfile.gettempdir()) / f"program-runtime-{name}"
    with contextlib.suppress(FileNotFoundError):
        status = root.lstat()
        if status.st_uid != os.geteuid() or not stat.S_ISDIR(status.st_mode):
            raise ExecutionError(
                f"{root} belongs to somebody else, and jobs' folders would go there.",
                hint="Remove it, or set TMPDIR to a folder of your own.",
            )
    return root


def remove_tree(folder: Path) -> None:
    """Remove a folder that a hostile program has filled.

    Links are removed, never followed. Nested folders are moved up instead of being
    walked into, so no depth exhausts the stack or the descriptors.

    Args:
        folder: Nobody should be writing to it any more.

    Raises:
        OSError: Something can not be removed, or somebody keeps adding to it.
    """
    try:
        root = os.open(folder, _OPEN_FLAGS)
    except FileNotFoundError:
        return
    try:
        names = (secrets.token_hex(16) for _ in itertools.count())
        give_up_at = time.monotonic() + _PATIENCE_S
        while entries := os.listdir(root):  # noqa: PTH208 - of a descriptor
            if time.monotonic() > give_up_at:
                raise OSError(errno.ENOTEMPTY, "it never gets empty", str(folder))
            for name in entries:
                _remove_entry(root, name, names)
    finally:
        os.close(root)
    folder.rmdir()


def _remove_entry(root: int, name: str, names: Iterator[str]) -> None:
    if not _is_folder(root, name):
        os.unlink(name, dir_fd=root)
        return
    os.chmod(name, 0o700, dir_fd=root)
    inner = os.open(name, _OPEN_FLAGS, dir_fd=root)
    try:
        for child in os.listdir(inner):  # noqa: PTH208 - of a descriptor
            if _is_folder(inner, child):
                _move_up(inner, child, root, names)
            else:
                os.unlink(child, dir_fd=inner)
    finally:
        os.close(inner)
    os.rmdir(name, dir_fd=root)


def _move_up(inner: int, name: str, root: int, names: Iterator[str]) -> None:
    # A folder that may not be written to can not be moved: ".." inside it changes.
    os.chmod(name, 0o700, dir_fd=inner)
    os.rename(name, next(names), src_dir_fd=inner, dst_dir_fd=root)


def _is_folder(parent: int, name: str) -> bool:
    status = os.stat(name, dir_fd=parent, follow_symlinks=False)
    return stat.S_ISDIR(status.st_mode)
