"""How much of the disk a job takes while it runs."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from program_runtime.execution.process_reading import GONE

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["DEEPEST", "DiskUse"]

DEEPEST: Final = 64
"""Each folder within a folder costs a descriptor while it is looked into."""

_BLOCK_BYTES: Final = 512
_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_PASSED_OVER: Final = (*GONE, NotADirectoryError)


@dataclass(slots=True, kw_only=True)
class DiskUse:
    """Counts what is in a folder, until it is more than is allowed.

    No link is followed. What vanishes meanwhile is not counted, nor what is in a folder
    that may not be read. What a sparse file leaves out takes no room.
    """

    most_bytes: int
    most_files: int
    used_bytes: int = 0
    files: int = 0
    """Folders too, but not the one that holds everything."""
    too_deep: bool = False
    """Whether there are folders that were not looked into for their depth."""
    _linked: set[tuple[int, int]] = field(default_factory=set)
    """Files with several names take room once."""

    @property
    def is_over(self) -> bool:
        """Whether there is no need to go on."""
        over = self.used_bytes > self.most_bytes or self.files > self.most_files
        return over or self.too_deep

    def add(
        self, folder: Path | str, *, inside: int | None = None, depth: int = 0
    ) -> None:
        """Count what is in a folder and in those within.

        Args:
            folder: Nothing is counted when it is gone.
            inside: A descriptor of the folder that its name is looked up in.
            depth: Of that.

        Raises:
            OSError: The disk fails, or no descriptor is left to look with.
        """
        if depth > DEEPEST:
            self.too_deep = True
            return
        try:
            opened = os.open(folder, _FOLDER, dir_fd=inside)
        except _PASSED_OVER:
            return
        try:
            for name in self._add_entries(opened):
                self.add(name, inside=opened, depth=depth + 1)
        finally:
            os.close(opened)

    def _add_entries(self, folder: int) -> list[str]:
        """Count what is in one folder; the names of the folders among it."""
        folders = []
        with os.scandir(folder) as entries:
            for entry in entries:
                if self.is_over:
                    return []
                try:
                    status = entry.stat(follow_symlinks=False)
                except _PASSED_OVER:
                    continue
                self._add_entry(status)
                if stat.S_ISDIR(status.st_mode):
                    folders.append(entry.name)
        return folders

    def _add_entry(self, status: os.stat_result) -> None:
        self.files += 1
        if status.st_nlink > 1 and not stat.S_ISDIR(status.st_mode):
            known = (status.st_dev, status.st_ino)
            if known in self._linked:
                return
            self._linked.add(known)
        self.used_bytes += status.st_blocks * _BLOCK_BYTES
