"""Built environments on disk: complete or not there, and thrown away when unused."""

from __future__ import annotations

import json
import logging
import os
import shutil
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from program_runtime.errors import StorageError
from program_runtime.service.environments.occupied import occupied

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

__all__ = ["Shelf"]

log = logging.getLogger(__name__)

_ABOUT: Final = "about.json"
_UNFINISHED: Final = "building-"
_FRESH_S: Final = 300.0
"""Who was told of an environment begins to use it within so long."""
_OPEN: Final = 0o755
_WALKABLE: Final = 0o711


class Shelf:
    """One folder for each environment, under the digest of what it was made from.

    Args:
        root: Belongs to this service alone.
        most_bytes: What all may take together.
        unused_s: One that nobody used for so long goes.
        clock: Seconds since the epoch.
    """

    def __init__(
        self,
        root: Path,
        *,
        most_bytes: int,
        unused_s: float,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.root = root
        self._most_bytes = most_bytes
        self._unused_s = unused_s
        self._clock = clock

    def tidy(self) -> None:
        """Remove what an earlier process left half built."""
        for folder in self.root.glob(f"{_UNFINISHED}*"):
            shutil.rmtree(folder, ignore_errors=True)

    def find(self, name: str) -> Path | None:
        """Return the folder of an environment that is complete, and note its use."""
        folder = self.root / name
        try:
            now = self._clock()
            os.utime(folder / _ABOUT, (now, now))
        except OSError:
            return None
        return folder

    @contextmanager
    def place(self) -> Iterator[Path]:
        """Give a new folder, on the same file system, that ends with the context."""
        try:
            self.root.mkdir(mode=_WALKABLE, parents=True, exist_ok=True)
            self.root.chmod(_WALKABLE)
            folder = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=self.root))
        except OSError as err:
            raise _storage(err) from err
        try:
            yield folder
        except OSError as err:
            raise _storage(err) from err
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def put(self, content: Path, name: str) -> Path:
        """Put a finished environment here at once, for all that crashes meanwhile.

        Args:
            content: A folder in a ``place``.
            name: What it is found by.

        Returns:
            Where it is now.
        """
        size, _ = occupied(content)
        for folder in (content, *filter(Path.is_dir, content.iterdir())):
            folder.chmod(_OPEN)  # whatever the service's umask is
        (content / _ABOUT).write_text(json.dumps({"bytes": size}))
        os.sync()
        target = self.root / name
        content.rename(target)
        return target

    def evict(self, used: Collection[str]) -> list[str]:
        """Remove what was not used for long, and the oldest while there is too much.

        Args:
            used: Names that somebody uses now.

        Returns:
            The names of what is gone.
        """
        known = sorted(self._known())
        total = sum(size for _, size, _ in known)
        now = self._clock()
        gone = []
        for last_use, size, name in known:
            age_s = now - last_use
            if name in used or age_s < _FRESH_S:
                continue
            if age_s <= self._unused_s and total <= self._most_bytes:
                continue
            if last_use and self._last_use(name) != last_use:
                continue  # found by somebody while others were removed
            self._remove(name)
            total -= size
            gone.append(name)
        return gone

    def _known(self) -> Iterator[tuple[float, int, str]]:
        for about in self.root.glob(f"*/{_ABOUT}"):
            try:
                last_use = about.stat().st_mtime
                size = int(json.loads(about.read_text())["bytes"])
            except (OSError, ValueError, KeyError, TypeError):
                size, last_use = 0, 0.0
            yield last_use, size, about.parent.name

    def _last_use(self, name: str) -> float:
        try:
            return (self.root / name / _ABOUT).stat().st_mtime
        except OSError:
            return 0.0

    def _remove(self, name: str) -> None:
        """Rename first: half of an environment is never found."""
        try:
            trash = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=self.root))
            (self.root / name).rename(trash / "old")
        except OSError as err:
            log.warning("an environment can not be removed: %s", err)
            return
        shutil.rmtree(trash, ignore_errors=True)


def _storage(err: OSError) -> StorageError:
    return StorageError(f"The service can not store this: {err.strerror or err}.")
