"""What a job's files take, those that no folder shows included."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from program_runtime.execution import excess
from program_runtime.execution.disk_use import DEEPEST, DiskUse
from program_runtime.execution.process_tree import descendants
from program_runtime.execution.unnamed_files import find_unnamed_files

if TYPE_CHECKING:
    from pathlib import Path

    from program_runtime.execution.limits import Limits

__all__ = ["JobFiles", "look"]


_HIDDEN: Final = (
    "A process of the program lets nobody look into it, "
    "so the files that it has open can not be counted"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFiles:
    """What was seen."""

    memory_bytes: int = 0
    """Of files that only live in memory, mapped by a process or not."""
    socket_bytes: int = 0
    """What the buffers of sockets can take."""
    excess: tuple[str, str] | None = None
    """The code and the text of the limit that was passed."""


def look(
    pid: int, limits: Limits, folder: Path | None, *, may_hide: bool = True
) -> JobFiles:
    """Look at a job's files.

    Args:
        pid: The process that all others of the job come from.
        limits: Those of the job.
        folder: What the job may write to; without it no disk is looked at.
        may_hide: Whether its processes may keep from us what they have open, as those
            do that run with the rights of another user.

    Raises:
        OSError: The disk fails, or no descriptor is left to look with.
    """
    unnamed = find_unnamed_files([pid, *descendants(pid)])
    seen = JobFiles(
        memory_bytes=unnamed.memory_bytes, socket_bytes=unnamed.socket_bytes
    )
    if not may_hide and find_unnamed_files(unnamed.hidden - {pid}).hidden:
        return replace(seen, excess=("files", _HIDDEN))
    if folder is None:
        return seen
    room = limits.disk_bytes - unnamed.disk_bytes
    use = DiskUse(most_bytes=room, most_files=limits.disk_files)
    use.add(folder)
    return replace(seen, excess=_excess(use, unnamed.disk_bytes, limits))


def _excess(use: DiskUse, more_bytes: int, limits: Limits) -> tuple[str, str] | None:
    used = use.used_bytes + more_bytes
    if used > limits.disk_bytes:
        return "disk", excess.disk(used, limits.disk_bytes)
    if use.files > limits.disk_files:
        return "files", excess.files(use.files, limits.disk_files)
    if use.too_deep:
        return "files", (
            f"The program's folders are more than {DEEPEST} deep inside each other, "
            "so its files can not be counted"
        )
    return None
