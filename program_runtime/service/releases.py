"""Unpacked releases: one read-only folder for each digest, made once."""

from __future__ import annotations

import asyncio
import os
import shutil
import stat
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from program_runtime.bundle import unpack_bundle
from program_runtime.service.store.blobs.folder import sync
from program_runtime.service.transfer import copy_blob

if TYPE_CHECKING:
    from program_runtime.service.store import BlobStore

_READ_ONLY_FILE = 0o444
_READ_ONLY_FOLDER = 0o555


class ReleaseFolders:
    """Finds the folder of a release, unpacking it the first time.

    Args:
        root: Holds a folder for each digest.
        spool_dir: On the same file system: what is being unpacked.
        blobs: Holds the bundles.
    """

    def __init__(self, root: Path, spool_dir: Path, blobs: BlobStore) -> None:
        self._root = root
        self._spool_dir = spool_dir
        self._blobs = blobs
        self._locks: dict[str, asyncio.Lock] = {}
        self._ready: set[str] = set()

    async def folder(self, digest: str) -> Path:
        """Return the folder that holds the program of this digest.

        Raises:
            NotFoundError: The bundle is not in the blob store.
            BadBundleError: It can not be unpacked.
        """
        target = self._root / digest.partition(":")[2]
        if digest in self._ready:
            return target
        lock = self._locks.setdefault(digest, asyncio.Lock())
        async with lock:
            if digest not in self._ready:
                await asyncio.to_thread(self._unpack, digest, target)
                self._ready.add(digest)
        self._locks.pop(digest, None)
        return target

    def _unpack(self, digest: str, target: Path) -> None:
        if target.is_dir():
            return
        work = Path(tempfile.mkdtemp(prefix="release-", dir=self._spool_dir))
        try:
            archive = work / "bundle.zip"
            copy_blob(self._blobs, digest, archive)
            content = work / "content"
            content.mkdir()
            unpack_bundle(archive, content)
            _make_read_only(content)
            _sync_tree(content)
            self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
            _rename(content, target)
            sync(self._root)
        finally:
            shutil.rmtree(work, ignore_errors=True)


def _rename(source: Path, target: Path) -> None:
    # A folder is renamed from within: it must be writable itself for that.
    source.chmod(stat.S_IRWXU)
    try:
        source.rename(target)
    except OSError:
        if not target.is_dir():  # else another process was faster, with equal bytes
            raise
    target.chmod(_READ_ONLY_FOLDER)


def _sync_tree(folder: Path) -> None:
    """A folder of this name is complete, also after the power was cut."""
    for path, _, files in os.walk(folder):
        for name in files:
            sync(Path(path) / name)
        sync(Path(path))


def _make_read_only(folder: Path) -> None:
    for path, folders, files in os.walk(folder, topdown=False):
        for name in files:
            (Path(path) / name).chmod(_READ_ONLY_FILE)
        for name in folders:
            (Path(path) / name).chmod(_READ_ONLY_FOLDER)
