"""Where a job finds its program and may write."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from program_runtime.execution.confinement import Level
from program_runtime.execution.confinement.private_root import WORK_FOLDER
from program_runtime.execution.work_dir import make_work_dir, remove_tree

if TYPE_CHECKING:
    from pathlib import Path

    from program_runtime.execution.confinement import Walls

__all__ = ["JobFolders", "make_folders", "remove_folders"]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFolders:
    """Two folders as the child names them, and what to remove afterwards."""

    program: str
    work: str
    root: Path | None
    """On this machine's disk; ``None`` if all is in memory and dies with the job."""


_IN_MEMORY: Final = JobFolders(program="/program", work=WORK_FOLDER, root=None)


def make_folders(walls: Walls, parent: Path) -> JobFolders:
    """Make a job's folders, unless its own private root has them.

    Args:
        walls: Of the job.
        parent: An existing folder.

    Raises:
        OSError: The disk refuses.
    """
    if walls.level is Level.STRONG:
        return _IN_MEMORY
    root = make_work_dir(parent)
    program, work = root / "program", root / "work"
    for folder in (program, work):
        folder.mkdir(mode=0o700)
    if walls.uid is not None:
        for folder in (root, program, work):
            os.chown(folder, walls.uid, walls.uid)
    return JobFolders(program=str(program), work=str(work), root=root)


def remove_folders(folders: JobFolders) -> None:
    """Remove what the job has left.

    Raises:
        OSError: It can not be removed.
    """
    if folders.root is not None:
        remove_tree(folders.root)
