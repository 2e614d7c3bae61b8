"""Large payloads, by digest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO


__all__ = ["BlobStore"]


class BlobStore(Protocol):
    """Large payloads by their digest; what is stored never changes.

    Blocking: from asyncio call it in a thread.
    """

    def put_file(self, path: Path, digest: str, *, verify: bool = False) -> None:
        """Take a file over: it is durable afterwards, and the path is gone.

        A blob that is there already becomes young again; the file is not needed
        then, so a put can be repeated.

        Args:
            path: The file, complete and no longer written to.
            digest: ``sha256:<hex>`` of its bytes.
            verify: Read the file and compare; else the caller did.

        Raises:
            InvalidValueError: The digest is malformed, or is not that of the file.
            StorageError: The disk is full or fails; the file is where it was.
        """
        ...

    def open(self, digest: str) -> BinaryIO:
        """Open a blob for reading.

        Raises:
            NotFoundError: There is no such blob.
        """
        ...

    def exists(self, digest: str) -> bool:
        """Whether the blob is there."""
        ...

    def delete(self, digest: str, *, older_than_s: float = 0.0) -> bool:
        """Delete a blob unless it is younger; False if it was left or not there."""
        ...

    def digests(self, *, older_than_s: float = 0.0) -> Iterator[str]:
        """Return the digests of all blobs that were put so long ago or earlier."""
        ...
