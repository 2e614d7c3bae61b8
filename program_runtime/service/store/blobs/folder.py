"""Blobs as files under one folder, fanned out by the first byte of the digest."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from program_runtime.errors import StorageError
from program_runtime.service.domain import NotFoundError
from program_runtime.service.store.blobs.digest import check_digest, verify_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import BinaryIO

_PARTIAL = ".partial"


class FolderBlobStore:
    """Blobs in ``root/ab/abcdef...``; a file of that name is always complete.

    Args:
        root: Made if absent, readable by the owner only.
        clock: Seconds since the epoch.
    """

    def __init__(self, root: Path, *, clock: Callable[[], float] = time.time) -> None:
        self._root = root
        self._clock = clock
        # Between a put that finds the blob there and a delete of the same blob.
        self._lock = threading.Lock()
        with _storage(f"make the blob folder {root}"):
            root.mkdir(mode=0o700, parents=True, exist_ok=True)

    def path(self, digest: str) -> Path:
        """Return where the blob is or would be."""
        name = check_digest(digest)
        return self._root / name[:2] / name

    def put_file(self, path: Path, digest: str, *, verify: bool = False) -> None:
        """Take a file over: by a rename on the same file system, else by a copy."""
        target = self.path(digest)
        with _storage(f"store the blob {digest}"):
            if verify:
                verify_file(path, digest)
            if not self._renew(target):
                self._adopt(path, target)
            path.unlink(missing_ok=True)

    def open(self, digest: str) -> BinaryIO:
        """Open a blob for reading; it is a real file."""
        try:
            return self.path(digest).open("rb")
        except FileNotFoundError as err:
            raise NotFoundError(f"there is no blob {digest}", kind="blob") from err

    def exists(self, digest: str) -> bool:
        """Whether the blob is there."""
        return self.path(digest).is_file()

    def delete(self, digest: str, *, older_than_s: float = 0.0) -> bool:
        """Delete a blob unless it is younger."""
        path = self.path(digest)
        with self._lock, _storage(f"delete the blob {digest}"):
            if not self._is_older(path, older_than_s):
                return False
            path.unlink()
            return True

    def digests(self, *, older_than_s: float = 0.0) -> Iterator[str]:
        """Return the digests of the blobs of that age, in no order."""
        for folder in os.scandir(self._root):
            if not folder.is_dir(follow_symlinks=False):
                continue
            for entry in os.scandir(folder):
                complete = not entry.name.endswith(_PARTIAL)
                if complete and self._is_older(Path(entry.path), older_than_s):
                    yield f"sha256:{entry.name}"

    def _renew(self, target: Path) -> bool:
        """Make a blob young again that is to be referred to once more."""
        now = self._clock()
        with self._lock:
            try:
                os.utime(target, (now, now))
            except FileNotFoundError:
                return False
            return True

    def _adopt(self, source: Path, target: Path) -> None:
        self._make_folder(target.parent)
        now = self._clock()
        os.utime(source, (now, now))
        sync(source)
        try:
            source.replace(target)
        except OSError as err:
            if err.errno != errno.EXDEV:
                raise
            _copy(source, target, now)
        sync(target.parent)

    def _make_folder(self, folder: Path) -> None:
        if not folder.is_dir():
            folder.mkdir(mode=0o700, exist_ok=True)
            sync(self._root)

    def _is_older(self, path: Path, older_than_s: float) -> bool:
        try:
            age_s = self._clock() - path.stat().st_mtime
        except FileNotFoundError:
            return False
        return older_than_s <= 0 or age_s >= older_than_s


def _copy(source: Path, target: Path, now: float) -> None:
    partial = target.with_name(f"{target.name}.{secrets.token_hex(8)}{_PARTIAL}")
    try:
        shutil.copyfile(source, partial)
        os.utime(partial, (now, now))
        sync(partial)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def sync(path: Path) -> None:
    """Put a file or a folder on the disk, not only into its cache."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _storage(action: str) -> Iterator[None]:
    try:
        yield
    except OSError as err:
        raise StorageError(f"could not {action}: {err.strerror or err}") from err
