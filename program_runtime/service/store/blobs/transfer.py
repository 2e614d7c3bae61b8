"""Bytes into a blob store and out of it, whichever it is."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from program_runtime.errors import StorageError
from program_runtime.service.store.blobs.digest import digest_bytes

if TYPE_CHECKING:
    from program_runtime.service.store.protocols import BlobStore


def put_bytes(blobs: BlobStore, data: bytes, *, spool: Path) -> str:
    """Store bytes that are in memory.

    Args:
        blobs: Where to.
        data: The bytes.
        spool: A folder on the same file system as the blobs.

    Returns:
        Their digest.

    Raises:
        StorageError: The disk is full or fails.
    """
    digest = digest_bytes(data)
    try:
        with tempfile.NamedTemporaryFile(dir=spool, delete=False) as file:
            path = Path(file.name)
            try:
                file.write(data)
                file.flush()
                blobs.put_file(path, digest)
            finally:
                path.unlink(missing_ok=True)
    except OSError as err:
        raise StorageError(f"could not store {len(data)} bytes: {err}") from err
    return digest


def copy_out(blobs: BlobStore, digest: str, target: Path) -> None:
    """Write a blob to a file of its own.

    Raises:
        NotFoundError: There is no such blob.
        StorageError: The disk is full or fails; there is no target then.
    """
    try:
        with blobs.open(digest) as source, target.open("wb") as file:
            shutil.copyfileobj(source, file, 1 << 20)
    except OSError as err:
        target.unlink(missing_ok=True)
        raise StorageError(f"could not write {target}: {err}") from err
