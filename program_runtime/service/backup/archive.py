"""Writing and reading the archive; every byte is held against a digest."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import tarfile
from typing import IO, TYPE_CHECKING, Self

from program_runtime.errors import BackupError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import BinaryIO

_BLOCK_BYTES = 1024 * 1024


class ArchiveWriter:
    """An archive that is being written; who leaves early leaves it incomplete.

    Args:
        path: A file that only its owner will read.
        on_bytes: Hears how many bytes were added.
    """

    def __init__(self, path: Path, *, on_bytes: Callable[[int], None]) -> None:
        self._path = path
        self._on_bytes = on_bytes
        self._opened = contextlib.ExitStack()

    def __enter__(self) -> Self:
        self._path.unlink(missing_ok=True)
        self._file = self._opened.enter_context(open_private(self._path))
        self._tar = tarfile.open(fileobj=self._file, mode="w")
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        with self._opened:
            if kind is None:
                self._tar.close()
                _sync(self._file)

    def add_bytes(self, name: str, data: bytes) -> None:
        """Add a small file."""
        self._tar.addfile(_member(name, len(data)), io.BytesIO(data))

    def add(self, name: str, file: BinaryIO, digest: str) -> None:
        """Add what an open file holds.

        Raises:
            BackupError: It is not what the digest names.
        """
        source = _Hashing(file, self._on_bytes)
        size = os.fstat(file.fileno()).st_size
        # The type wants a file where tarfile calls nothing but read().
        self._tar.addfile(_member(name, size), source)  # type: ignore[arg-type]
        if source.digest() != digest:
            raise BackupError(
                f"{name} in the data directory is damaged: its bytes are not those "
                f"of {digest}.",
                hint="Bring it back from an earlier backup; nothing was written now.",
            )


@contextlib.contextmanager
def reading(path: Path) -> Iterator[Iterator[tuple[str, IO[bytes]]]]:
    """Open an archive.

    Yields:
        Name and content of each file, one after the other.

    Raises:
        BackupError: This is no archive, it is cut off, or it holds something else
            than files.
    """
    try:
        with tarfile.open(path, "r:") as tar:
            yield _members(tar, path)
    except (tarfile.TarError, EOFError) as err:
        raise BackupError(
            f"{path} is no backup of a service, or it is cut off ({err})."
        ) from err


def _members(tar: tarfile.TarFile, path: Path) -> Iterator[tuple[str, IO[bytes]]]:
    for member in tar:
        # Not isreg(): a sparse file can be larger than the archive.
        regular = member.type == tarfile.REGTYPE and not member.issparse()
        content = tar.extractfile(member) if regular else None
        if content is None:
            raise BackupError(f"{path} is no backup: {member.name!r} is no file.")
        yield member.name, content


def store(
    content: IO[bytes], target: Path, digest: str, *, on_bytes: Callable[[int], None]
) -> None:
    """Write what an archive holds into a new file, for good.

    Raises:
        BackupError: It is not what the digest names.
    """
    source = _Hashing(content, on_bytes)
    with open_private(target) as file:
        while block := source.read(_BLOCK_BYTES):
            file.write(block)
        _sync(file)
    if source.digest() != digest:
        raise BackupError(
            f"{target.name} in the backup is damaged: its bytes are not those of "
            f"{digest}.",
            hint="Nothing was changed. Use another backup.",
        )


def digest_of(path: Path) -> str:
    """Return the digest of a file."""
    with path.open("rb") as file:
        return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"


def open_private(path: Path) -> BinaryIO:
    """Open a new file that only its owner reads."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


class _Hashing:
    """Reads a file, and knows the digest of what was read."""

    def __init__(self, file: IO[bytes], on_bytes: Callable[[int], None]) -> None:
        self._file = file
        self._on_bytes = on_bytes
        self._hash = hashlib.sha256()

    def read(self, size: int) -> bytes:
        data = self._file.read(size)
        self._hash.update(data)
        self._on_bytes(len(data))
        return data

    def digest(self) -> str:
        return f"sha256:{self._hash.hexdigest()}"


def _member(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size = size
    member.mode = 0o600
    return member


def _sync(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())
