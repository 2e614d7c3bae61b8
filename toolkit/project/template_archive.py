"""Zip files of templates: what a stranger sent, and what the last render was."""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from typing import TYPE_CHECKING

from toolkit.errors import TemplateError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

__all__ = ["File", "fault", "pack", "read_archive", "unpack"]

MOST_FILES = 2000
MOST_BYTES = 50 * 1024 * 1024
_CHUNK = 256 * 1024
_DATE = (1980, 1, 1, 0, 0, 0)
_ENCRYPTED = 0x41
_EXECUTABLE = 0o111
_LENIENT = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    OSError,  # a place that the directory names before the file's first byte
    OverflowError,
    RuntimeError,
    ValueError,
)

File = tuple[bytes, bool]
"""A file's content, and whether it can be run."""


def fault(name: str) -> str | None:
    """Say why a name is none of a file inside of a folder; None if it is one."""
    parts = name.split("/")
    checks = (
        (not name.isprintable() or "\\" in name, "is no plain name"),
        (name.startswith("/") or ":" in parts[0], "is an absolute path"),
        (".." in parts, "leads out of the folder"),
        ("" in parts or "." in parts, "is not in its shortest form"),
        (parts[0] == ".git", "is git's own"),
    )
    return next((message for wrong, message in checks if wrong), None)


def read_archive(path: Path) -> dict[str, File]:
    """Read a zip file whole, within bounds.

    Args:
        path: The zip file.

    Returns:
        Name -> file, sorted.

    Raises:
        TemplateError: It is no zip file, damaged, too large, or holds something
            else than plain files with plain names inside of it.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            if len(entries) > MOST_FILES:
                raise _refused(path, f"has {len(entries)} files, {MOST_FILES} may be")
            return dict(sorted(_files(path, archive, entries)))
    except _LENIENT as error:
        raise _refused(path, f"can not be read: {error}") from error


def _files(
    path: Path, archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]
) -> Iterator[tuple[str, File]]:
    left = MOST_BYTES
    for entry in entries:
        mode = entry.external_attr >> 16
        name = entry.filename
        wrong = fault(name.rstrip("/"))
        if wrong is None and stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
            wrong = "is a link or a device"
        if wrong is None and entry.flag_bits & _ENCRYPTED:
            wrong = "is encrypted"
        if wrong:
            raise _refused(path, f"holds {name!r}, which {wrong}")
        if entry.is_dir():
            continue
        content = bytearray()
        with archive.open(entry) as stream:
            # What comes out is counted; what the directory claims is not believed.
            while chunk := stream.read(_CHUNK):
                content += chunk
                left -= len(chunk)
                if left < 0:
                    raise _refused(path, f"unpacks to more than {MOST_BYTES} bytes")
        yield name, (bytes(content), bool(mode & _EXECUTABLE))


def unpack(files: Mapping[str, File], folder: Path) -> None:
    """Write files below a folder, which need not exist."""
    for name, (content, is_executable) in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        if is_executable:
            path.chmod(0o755)


def pack(files: Mapping[str, File]) -> bytes:
    """Make a zip file: the same files, the same bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, (content, is_executable) in sorted(files.items()):
            entry = zipfile.ZipInfo(name, _DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # Unix, whose modes these are
            entry.external_attr = (0o100755 if is_executable else 0o100644) << 16
            archive.writestr(entry, content)
    return packed.getvalue()


def _refused(path: Path, reason: str) -> TemplateError:
    return TemplateError(f"{path} {reason}.")
