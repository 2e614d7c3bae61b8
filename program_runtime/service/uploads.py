"""Who uploaded which blob: only they may name it as the inputs of a job.

Blobs are shared by digest, and digests of bundles are public. Without this record
naming a digest would be enough to read what is behind it.
"""

from __future__ import annotations

import hashlib
import time
from typing import TYPE_CHECKING

from program_runtime.service.store.blobs.folder import sync

if TYPE_CHECKING:
    from pathlib import Path

_LIFETIME_S = 24 * 3600.0


class Uploads:
    """Remembers uploads for a day, across restarts: an empty file for each.

    Args:
        root: Holds a folder for each user.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def add(self, user: str, digest: str) -> None:
        """Remember that the user sent the bytes of this digest."""
        path = self._path(user, digest)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        sync(path.parent)
        sync(self._root)

    def has(self, user: str, digest: str) -> bool:
        """Whether the user sent the bytes of this digest lately."""
        return self._path(user, digest).exists()

    def sweep(self, now: float | None = None) -> int:
        """Forget what is older than a day; return how many that were."""
        oldest = (time.time() if now is None else now) - _LIFETIME_S
        old = [path for path in self._root.glob("*/*") if path.stat().st_mtime < oldest]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)

    def _path(self, user: str, digest: str) -> Path:
        folder = hashlib.sha256(user.encode()).hexdigest()[:32]
        name = hashlib.sha256(digest.encode()).hexdigest()
        return self._root / folder / name
