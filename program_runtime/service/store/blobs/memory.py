"""Blobs in memory, for tests and for services that need not last."""

from __future__ import annotations

import io
import time
from typing import TYPE_CHECKING

from program_runtime.errors import StorageError
from program_runtime.service.domain import NotFoundError
from program_runtime.service.store.blobs.digest import check_digest, verify_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import BinaryIO


class MemoryBlobStore:
    """Blobs in a dictionary.

    Args:
        clock: Seconds since the epoch.
    """

    def __init__(self, *, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._blobs: dict[str, tuple[bytes, float]] = {}

    def put_file(self, path: Path, digest: str, *, verify: bool = False) -> None:
        """Take a file over: its bytes are kept, the path is gone."""
        check_digest(digest)
        try:
            if verify:
                verify_file(path, digest)
            data = self._blobs[digest][0] if self.exists(digest) else path.read_bytes()
            path.unlink(missing_ok=True)
        except OSError as err:
            raise StorageError(
                f"could not store the blob {digest}: {err.strerror or err}"
            ) from err
        self._blobs[digest] = (data, self._clock())

    def open(self, digest: str) -> BinaryIO:
        """Open a blob for reading."""
        check_digest(digest)
        if digest not in self._blobs:
            raise NotFoundError(f"there is no blob {digest}", kind="blob")
        return io.BytesIO(self._blobs[digest][0])

    def exists(self, digest: str) -> bool:
        """Whether the blob is there."""
        check_digest(digest)
        return digest in self._blobs

    def delete(self, digest: str, *, older_than_s: float = 0.0) -> bool:
        """Delete a blob unless it is younger."""
        check_digest(digest)
        if not self._is_older(digest, older_than_s):
            return False
        return self._blobs.pop(digest, None) is not None

    def digests(self, *, older_than_s: float = 0.0) -> Iterator[str]:
        """Return the digests of the blobs of that age."""
        return (d for d in list(self._blobs) if self._is_older(d, older_than_s))

    def _is_older(self, digest: str, older_than_s: float) -> bool:
        _, put = self._blobs.get(digest, (b"", self._clock()))
        return older_than_s <= 0 or self._clock() - put >= older_than_s
