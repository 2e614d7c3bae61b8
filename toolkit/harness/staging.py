"""The files of a bundle in a folder of their own, as the service unpacks them."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from toolkit import bundle

if TYPE_CHECKING:
    from pathlib import Path

    from toolkit.project.project import Project

__all__ = ["stage"]


def stage(project: Project, folder: Path) -> None:
    """Copy what the bundle would hold.

    A file that .qrtignore leaves out is missing here too: the run fails at home as it
    would on the service.

    Args:
        project: The project.
        folder: An empty folder.

    Raises:
        BundleError: A file can not be in a bundle.
    """
    for name, path in bundle.collect_files(project).items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
