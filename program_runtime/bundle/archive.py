"""Bundles opened: what a stranger sent, before anything of it is believed.

Python's ``zipfile`` is lenient: it finds an archive behind any prefix, ignores
what follows, cuts names at a NUL and believes sizes until it has read the file.
"""

from __future__ import annotations

import contextlib
import itertools
import stat
import struct
import zipfile
import zlib
from typing import IO, TYPE_CHECKING, Final

from program_runtime.bundle import limits as bundle_limits
from program_runtime.bundle import names
from program_runtime.errors import BadBundleError, Problem
from program_runtime.metadata import wording
from program_runtime.metadata.problems import bounded

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["Archive", "open_archive"]

_END: Final = struct.Struct("<4s4H2LH")  # the record that closes every archive
_END_MARK: Final = b"PK\x05\x06"
_LARGE: Final = 20  # bytes of the record of an archive over 4 GiB, before the end
_LARGE_MARK: Final = b"PK\x06\x07"
_FIRST_MARK: Final = b"PK\x03\x04"
_ENTRY_BYTES: Final = 1024  # more than an entry of the directory needs
_ENCRYPTED: Final = 0x2041  # plain, strong, and with a hidden directory
_UTF8: Final = 0x800
_REPARSE_POINT: Final = 0x400
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_CHUNK: Final = 256 * 1024
_LENIENT: Final = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    IndexError,
    NotImplementedError,
    OverflowError,
    RuntimeError,
    ValueError,
)


class Archive:
    """An archive whose directory has been checked; its contents have not."""

    def __init__(
        self, opened: zipfile.ZipFile, limits: bundle_limits.BundleLimits
    ) -> None:
        self._opened = opened
        entries = opened.infolist()
        problems = bounded(_entry_problems(entries, opened.start_dir, limits))
        if problems:
            raise BadBundleError("The bundle can not be used:", problems=problems)
        self._entries = {
            each.filename: each for each in entries if not _is_folder(each)
        }

    @property
    def files(self) -> tuple[str, ...]:
        """The names of the files, sorted."""
        return tuple(sorted(self._entries))

    def size(self, name: str) -> int:
        """Return how many bytes a file says it has."""
        return self._entries[name].file_size

    def chunks(self, name: str) -> Iterator[bytes]:
        """Yield a file's content, counting it.

        Raises:
            BadBundleError: It is damaged, or not of the size it claims.
        """
        entry = self._entries[name]
        left = entry.file_size
        try:
            with self._opened.open(entry) as stream:
                # zipfile stops at the claimed size by itself; this does not rely
                # on it, and the claims of all files together are bounded.
                while left >= 0 and (chunk := stream.read(_CHUNK)):
                    left -= len(chunk)
                    yield chunk
        except _LENIENT as error:
            raise _damaged(name, str(error)) from error
        if left:
            raise _damaged(name, "it does not have the size it claims")

    def read(self, name: str) -> bytes:
        """Return a file's content.

        Raises:
            BadBundleError: There is no such file, or it is damaged.
        """
        if name not in self._entries:
            raise BadBundleError(f"The bundle holds no {wording.show(name)}.")
        return b"".join(self.chunks(name))


@contextlib.contextmanager
def open_archive(
    path: Path, *, limits: bundle_limits.BundleLimits = bundle_limits.DEFAULT
) -> Iterator[Archive]:
    """Open a bundle whose directory is sound.

    Args:
        path: The archive.
        limits: What is accepted.

    Raises:
        BadBundleError: It is not a zip archive, too large, or its entries are not
            plain files with plain names; all of these are listed.
        OSError: It can not be read.
    """
    with path.open("rb") as stream:
        _check_frame(stream, limits)
        try:
            opened = zipfile.ZipFile(stream)
        except _LENIENT as error:
            raise BadBundleError(f"The bundle is damaged: {error}.") from error
        with opened:
            yield Archive(opened, limits)


def _check_frame(stream: IO[bytes], limits: bundle_limits.BundleLimits) -> None:
    """Make sure that the file is one archive from its first byte to its last."""
    size = stream.seek(0, 2)
    if size > limits.archive_bytes:
        raise BadBundleError(bundle_limits.too_large(size, limits.archive_bytes))
    stream.seek(0)
    start = stream.read(4)
    if start not in {_FIRST_MARK, _END_MARK}:
        raise BadBundleError("The bundle is not a zip archive.")
    stream.seek(max(0, size - _END.size - _LARGE))
    end = stream.read()
    # What zipfile would believe in place of the record that is checked here.
    is_large = end.startswith(_LARGE_MARK) and len(end) == _END.size + _LARGE
    end = end[-_END.size :]
    if len(end) < _END.size or not end.startswith(_END_MARK):
        raise BadBundleError(
            "The bundle is truncated, or something follows the archive."
        )
    _, disk, first_disk, here, entries, length, offset, comment = _END.unpack(end)
    if is_large:
        raise BadBundleError("The bundle has the form of an archive over 4 GiB.")
    if disk or first_disk or here != entries or comment:
        raise BadBundleError("The bundle is a part of an archive, or has a comment.")
    if offset + length + _END.size != size:
        raise BadBundleError("The bundle is damaged: its directory is not at its end.")
    if entries > limits.files:
        raise BadBundleError(
            f"The bundle has {entries:,} files, {limits.files:,} are allowed."
        )
    if length > limits.files * _ENTRY_BYTES:
        raise BadBundleError(
            f"The bundle has a directory of {bundle_limits.size_text(length)}, "
            f"too large for {limits.files:,} files."
        )


def _entry_problems(
    entries: list[zipfile.ZipInfo], room: int, limits: bundle_limits.BundleLimits
) -> Iterator[Problem]:
    if len(entries) > limits.files:
        message = f"has {len(entries):,} files, {limits.files:,} are allowed"
        yield Problem(path="the bundle", message=message)
        return
    is_sound = True
    for entry in entries:
        for message in _faults(entry, limits):
            yield Problem(path=names.shown(entry.orig_filename), message=message)
            is_sound = False
    if is_sound:
        yield from names.clashes(
            entry.filename for entry in entries if not _is_folder(entry)
        )
    for message in _excess(entries, room, limits):
        yield Problem(path="the bundle", message=message)


def _excess(
    entries: list[zipfile.ZipInfo], room: int, limits: bundle_limits.BundleLimits
) -> Iterator[str]:
    total = sum(entry.file_size for entry in entries)
    if total > limits.total_bytes:
        allowed = bundle_limits.size_text(limits.total_bytes)
        yield f"unpacks to {bundle_limits.size_text(total)}, {allowed} are allowed"
    # Newer Pythons see this themselves.
    if sum(entry.compress_size for entry in entries) > room:
        yield "holds files that overlap each other"


def _faults(
    entry: zipfile.ZipInfo, limits: bundle_limits.BundleLimits
) -> Iterator[str]:
    """Yield what is wrong with one entry of the directory."""
    # zipfile shortens the name it shows; what counts is what was written.
    name = entry.orig_filename
    message = names.fault(name[:-1] if _is_folder(entry) else name, limits)
    checks = (
        (message is not None, message),
        (entry.filename != name, "has two names"),
        (
            not name.isascii() and not entry.flag_bits & _UTF8,
            "has a name that is not in UTF-8",
        ),
    )
    yield from itertools.islice((text for wrong, text in checks if wrong and text), 1)
    kind = stat.S_IFMT(entry.external_attr >> 16)
    allowed = stat.S_IFDIR if _is_folder(entry) else stat.S_IFREG
    if stat.S_ISLNK(kind) or entry.external_attr & _REPARSE_POINT:
        yield "is a link"
    elif kind not in {0, allowed}:
        yield "is neither a file nor a folder"
    if entry.flag_bits & _ENCRYPTED:
        yield "is encrypted"
    if entry.compress_type not in _METHODS:
        yield f"is compressed with method {entry.compress_type}, not with deflate"
    if _is_folder(entry) and entry.file_size:
        yield "is a folder with content"
    if entry.file_size > limits.file_bytes:
        size = bundle_limits.size_text(entry.file_size)
        allowed_size = bundle_limits.size_text(limits.file_bytes)
        yield f"unpacks to {size}, {allowed_size} are allowed"


def _is_folder(entry: zipfile.ZipInfo) -> bool:
    return entry.orig_filename.endswith("/")  # is_dir() fails on an empty name


def _damaged(name: str, reason: str) -> BadBundleError:
    problem = Problem(path=names.shown(name), message=f"is damaged: {reason}")
    return BadBundleError("The bundle can not be used:", problems=[problem])
