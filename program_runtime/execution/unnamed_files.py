"""Open files that no folder shows, and sockets."""

from __future__ import annotations

import functools
import os
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from program_runtime.execution.process_reading import GONE, read_file, read_stat

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["UnnamedFiles", "find_unnamed_files"]

_BLOCK_BYTES: Final = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class UnnamedFiles:
    """What they take; most temporary files lost their name or never had one."""

    disk_bytes: int = 0
    memory_bytes: int = 0
    """Of those that only live in memory (memfd), mapped by a process or not."""
    socket_bytes: int = 0
    """What the buffers of sockets can take; how much is in them, nobody tells."""
    hidden: frozenset[int] = frozenset()
    """Processes that are not ours to look into: of them nothing is known."""


def find_unnamed_files(pids: Iterable[int]) -> UnnamedFiles:
    """Look for them among the descriptors of processes.

    Args:
        pids: Whoever is gone is passed over.

    Raises:
        OSError: No descriptor is left to look with.
    """
    sizes: dict[tuple[int, int], tuple[int, bool]] = {}
    sockets: set[int] = set()
    hidden = set()
    for pid in pids:
        try:
            paths = _descriptors(pid)
        except PermissionError:
            hidden.add(pid)
            continue
        for path in paths:
            _add_unnamed(path, sizes, sockets)
    return UnnamedFiles(
        disk_bytes=sum(size for size, is_memory in sizes.values() if not is_memory),
        memory_bytes=sum(size for size, is_memory in sizes.values() if is_memory),
        socket_bytes=len(sockets) * _buffer_bytes(),
        hidden=frozenset(hidden),
    )


@functools.cache
def _buffer_bytes() -> int:
    """How much a socket can hold that a program has not asked to hold more."""
    return int(read_file("/proc/sys/net/core/wmem_default"))


def _descriptors(pid: int) -> list[str]:
    """Paths of what a process has open, by one of its threads that has not ended.

    Raises:
        PermissionError: It is not ours to look into.
    """
    paths = _listed(f"/proc/{pid}/fd")
    if paths:
        return paths
    threads = [
        int(path.rpartition("/")[2]) for path in _listed(f"/proc/{pid}/task") or []
    ]
    alive = [thread for thread in threads if not _is_exiting(thread)]
    lists = [_listed(f"/proc/{pid}/task/{thread}/fd") for thread in alive]
    if None in lists:
        raise PermissionError
    return next(filter(None, lists), [])


def _is_exiting(thread: int) -> bool:
    stat_now = read_stat(thread)
    return stat_now is None or stat_now.exiting


def _listed(folder: str) -> list[str] | None:
    """What is in a folder of ``/proc``; ``None`` if it is not ours to look into."""
    try:
        names = os.listdir(folder)  # noqa: PTH208 - thousands, twice a second
    except PermissionError:
        return None
    except GONE:
        return []
    return [f"{folder}/{name}" for name in names]


def _add_unnamed(
    path: str, sizes: dict[tuple[int, int], tuple[int, bool]], sockets: set[int]
) -> None:
    try:
        status = os.stat(path)  # noqa: PTH116 - thousands, twice a second
        if stat.S_ISSOCK(status.st_mode):
            sockets.add(status.st_ino)
        if status.st_nlink or not stat.S_ISREG(status.st_mode):
            return
        is_memory = os.readlink(path).startswith("/memfd:")  # noqa: PTH115 - likewise
    except GONE:
        return
    size = status.st_blocks * _BLOCK_BYTES
    sizes[status.st_dev, status.st_ino] = size, is_memory
