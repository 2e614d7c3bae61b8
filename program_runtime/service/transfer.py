"""Bytes on their way between requests, files and blobs, a piece at a time."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from program_runtime.errors import StorageError
from program_runtime.service.api.errors import HttpRefusal

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from typing import BinaryIO, Self

    from starlette.requests import Request

    from program_runtime.service.store import BlobStore

__all__ = ["Upload", "blob_pieces", "copy_blob", "read_body", "receive", "spool_text"]

_PIECE_BYTES = 1024 * 1024
_PATIENCE_BYTES = 64 * _PIECE_BYTES
"""So much of a body that is too large is read and dropped before the answer.

A client that is still sending would else see a broken connection, not the reason.
"""


class Upload:
    """A file that was received, and the digest of its bytes."""

    __slots__ = ("digest", "path", "size")

    def __init__(self, path: Path, digest: str, size: int) -> None:
        self.path = path
        self.digest = digest
        self.size = size

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.path.unlink(missing_ok=True)


async def receive(request: Request, spool_dir: Path, *, limit: int) -> Upload:
    """Stream a request's body into a file.

    Args:
        request: Its body is raw bytes.
        spool_dir: Where the file is made; whoever uses the upload removes it.
        limit: The largest body, in bytes.

    Raises:
        HttpRefusal: 413 if the body is larger.
        StorageError: The disk is full.
    """
    stream = request.stream()
    await _check_declared(request, stream, limit)
    digest = hashlib.sha256()
    size = 0
    path = await asyncio.to_thread(_new_file, spool_dir)
    try:
        async for piece in _pieces(stream):
            size += len(piece)
            if size > limit:
                await _drop(stream)
                raise _too_large(limit)  # noqa: TRY301 - the file goes either way
            await asyncio.to_thread(_write, path, piece, digest)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return Upload(path, f"sha256:{digest.hexdigest()}", size)


async def read_body(request: Request, *, limit: int) -> bytes:
    """Return a request's body, which must be small enough for the memory.

    Raises:
        HttpRefusal: 413 if the body is larger than ``limit``.
    """
    stream = request.stream()
    await _check_declared(request, stream, limit)
    pieces: list[bytes] = []
    size = 0
    async for piece in stream:
        size += len(piece)
        if size > limit:
            await _drop(stream)
            raise _too_large(limit)
        pieces.append(piece)
    return b"".join(pieces)


def spool_text(text: str, spool_dir: Path) -> Upload:
    """Write a text into a new file."""
    content = text.encode()
    path = _new_file(spool_dir)
    digest = hashlib.sha256()
    try:
        _write(path, content, digest)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return Upload(path, f"sha256:{digest.hexdigest()}", len(content))


def copy_blob(blobs: BlobStore, digest: str, target: Path) -> None:
    """Copy a blob into a file."""
    with blobs.open(digest) as source, target.open("wb") as file:
        shutil.copyfileobj(source, file, _PIECE_BYTES)


def blob_pieces(source: BinaryIO) -> Iterator[bytes]:
    """Yield an open blob piece by piece, and close it."""
    with source:
        while piece := source.read(_PIECE_BYTES):
            yield piece


async def _pieces(stream: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Yield what a stream brings in pieces that are worth a thread."""
    held = bytearray()
    async for piece in stream:
        held += piece
        if len(held) >= _PIECE_BYTES:
            yield bytes(held)
            held.clear()
    if held:
        yield bytes(held)


def _new_file(spool_dir: Path) -> Path:
    try:
        with tempfile.NamedTemporaryFile(
            dir=spool_dir, prefix="upload-", delete=False
        ) as file:
            return Path(file.name)
    except OSError as err:
        raise _disk(err) from err


def _write(path: Path, piece: bytes, digest: hashlib._Hash) -> None:
    digest.update(piece)
    try:
        with path.open("ab") as file:
            file.write(piece)
    except OSError as err:
        raise _disk(err) from err


async def _check_declared(
    request: Request, stream: AsyncIterator[bytes], limit: int
) -> None:
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > limit:
        await _drop(stream)
        raise _too_large(limit)


async def _drop(stream: AsyncIterator[bytes]) -> None:
    dropped = 0
    async for piece in stream:
        dropped += len(piece)
        if dropped > _PATIENCE_BYTES:
            return


def _too_large(limit: int) -> HttpRefusal:
    return HttpRefusal(
        413,
        "too_large",
        f"The request is larger than {limit:,} bytes.",
        headers={"Connection": "close"},
    )


def _disk(err: OSError) -> StorageError:
    return StorageError(f"The service can not store this: {err.strerror or err}.")
