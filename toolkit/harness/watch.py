"""Which files of a project were saved."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from toolkit import bundle
from toolkit.project import project as projects
from toolkit.project import samples

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

__all__ = ["Watch"]

_LOOK_S = 0.015
_SETTLE_S = 0.005
_REST = 20
"""Times as long as looking took."""

_Stamp = tuple[int, int, int] | None


class Watch:
    """Looks at the files of a project's bundle, its metadata and its sample inputs.

    It asks the file system again and again: the stamps of a dozen files cost 0.1 ms,
    and a save is seen as soon as through the notifications of the kernel, on every
    file system, containers' and networks' included.

    Args:
        root: The project's folder; it need not hold a project yet.
        others: Further files, such as inputs that lie elsewhere.
        written: Files that a run itself writes: they are no saves.
    """

    def __init__(
        self,
        root: Path,
        others: Iterable[Path] = (),
        *,
        written: Iterable[Path] = (),
    ) -> None:
        self._root = root.absolute()
        self._written = {path.absolute() for path in written}
        self._others = tuple(path.absolute() for path in others)
        self._files: tuple[Path, ...] = ()
        self._folders: Mapping[Path, _Stamp] = {}
        self._find()
        self._seen = self._look()

    def saved(self) -> list[str]:
        """Name the files that were saved, made or removed since the last time.

        A file that is just being written is waited for: an editor empties a file
        before it fills it.

        Returns:
            Their names, relative to the project's folder, sorted; mostly none.
        """
        now = self._look()
        if now == self._seen:
            return []
        while True:
            time.sleep(_SETTLE_S)
            before, now = now, self._look()
            if before == now:
                break
        names = [
            self._name(path)
            for path in {**self._seen, **now}
            if self._seen.get(path) != now.get(path)
        ]
        self._seen = now
        return sorted(names)

    def wait(self) -> list[str]:
        """Wait for the next save; answers as `saved` does."""
        while True:
            began = time.perf_counter()
            names = self.saved()
            if names:
                return names
            # A project of thousands of files is looked at less often.
            time.sleep(max(_LOOK_S, _REST * (time.perf_counter() - began)))

    def _look(self) -> dict[Path, _Stamp]:
        """Stamp every file; a folder that changed may hold other files now."""
        if any(_stamp(folder) != stamp for folder, stamp in self._folders.items()):
            self._find()
        return {path: stamp for path in self._files if (stamp := _stamp(path))}

    def _find(self) -> None:
        own = [
            self._root / projects.SOURCE,
            self._root / projects.METADATA,
            self._root / bundle.IGNORE_FILE,
            *samples.list_samples(self._root).values(),
        ]
        # First the folders: a file that comes meanwhile is found the next time.
        inputs = self._root / samples.SAMPLES
        parents = {self._root, inputs, *self._folders, *_parents(self._files)}
        folders = {folder: _stamp(folder) for folder in parents}
        files = {*bundle.collect(self._root).files.values(), *own, *self._others}
        files -= self._written
        folders |= {f: _stamp(f) for f in _parents(files) if f not in folders}
        self._files = tuple(sorted(files))
        self._folders = folders

    def _name(self, path: Path) -> str:
        if path.is_relative_to(self._root):
            return path.relative_to(self._root).as_posix()
        return str(path)


def _parents(files: Iterable[Path]) -> set[Path]:
    return {path.parent for path in files}


def _stamp(path: Path) -> _Stamp:
    """Tell one content of a file from another; None for one that is not there."""
    try:
        found = os.stat(path)  # noqa: PTH116 - half the time of Path.stat
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
