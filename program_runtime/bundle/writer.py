"""Bundles written: same files, same bytes.

Whatever differs between two checkouts of one program is left out: order, times,
modes, owners, the system. Files are stored, not compressed, because two versions of
zlib may compress the same file to other bytes, and a digest stands for a release.
"""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from program_runtime.bundle import limits as bundle_limits
from program_runtime.bundle import names
from program_runtime.errors import BadBundleError, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["BundleInfo", "digest_file", "write_bundle"]

_TIME: Final = (1980, 1, 1, 0, 0, 0)  # the first that a zip can hold
_MODE: Final = (stat.S_IFREG | 0o644) << 16
_UNIX: Final = 3
_SHOWN_LARGEST: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleInfo:
    """A bundle that has been written."""

    path: Path
    digest: str
    """``sha256:`` and 64 hexadecimal digits, of the archive's bytes."""
    size: int
    files: tuple[str, ...]
    """The names in it, sorted."""


def write_bundle(
    files: Mapping[str, bytes | Path],
    target: Path,
    *,
    limits: bundle_limits.BundleLimits = bundle_limits.DEFAULT,
) -> BundleInfo:
    """Write a bundle; ``target`` appears complete or not at all.

    Args:
        files: What goes in: contents or where they lie, by name with ``/``.
        target: The archive; one that is there is replaced.
        limits: What a reader will accept.

    Raises:
        BadBundleError: No reader would take this bundle; all reasons are listed.
        OSError: A file can not be read, or the target not be written.
    """
    problems = _bad_names(files, limits)
    if problems:
        raise BadBundleError("The bundle can not be built:", problems=problems)
    contents = _contents(files, limits)
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    written = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            _write(contents, stream)
            stream.flush()
            os.fsync(stream.fileno())
        _check_size(written, contents, limits)
        written.chmod(0o644)
        info = BundleInfo(
            path=target,
            digest=digest_file(written),
            size=written.stat().st_size,
            files=tuple(contents),
        )
        written.replace(target)
    finally:
        written.unlink(missing_ok=True)
    return info


def digest_file(path: Path) -> str:
    """Return ``sha256:`` and the digest of a file's bytes."""
    with path.open("rb") as stream:
        return f"sha256:{hashlib.file_digest(stream, 'sha256').hexdigest()}"


def _bad_names(
    files: Mapping[str, bytes | Path], limits: bundle_limits.BundleLimits
) -> list[Problem]:
    problems = []
    for name in files:
        message = names.fault(name, limits)
        if message:
            problems.append(Problem(path=names.shown(name), message=message))
    if not problems:
        problems = names.clashes(files)
    if len(files) > limits.files:
        message = f"has {len(files):,} files, {limits.files:,} are allowed"
        problems.append(Problem(path="the bundle", message=message))
    return problems


def _contents(
    files: Mapping[str, bytes | Path], limits: bundle_limits.BundleLimits
) -> dict[str, bytes]:
    """Return all contents, sorted by name; none is read beyond its limit."""
    contents: dict[str, bytes] = {}
    problems: list[Problem] = []
    total = 0
    for name in sorted(files):
        source = files[name]
        size = _size(source)
        total += size or 0
        if size is None:
            message = "is no regular file"
            problems.append(Problem(path=names.shown(name), message=message))
        elif size > limits.file_bytes:
            message = (
                f"has {bundle_limits.size_text(size)}, "
                f"{bundle_limits.size_text(limits.file_bytes)} are allowed"
            )
            problems.append(Problem(path=names.shown(name), message=message))
        elif total <= limits.total_bytes:
            data = source.read_bytes() if isinstance(source, Path) else bytes(source)
            contents[name] = data
    if total > limits.total_bytes:
        message = (
            f"has {bundle_limits.size_text(total)} of files, "
            f"{bundle_limits.size_text(limits.total_bytes)} are allowed"
        )
        problems.append(Problem(path="the bundle", message=message))
    if problems:
        raise BadBundleError("The bundle can not be built:", problems=problems)
    return contents


def _size(source: bytes | Path) -> int | None:
    """Return the size of a source, or None if it is a device or a folder."""
    if not isinstance(source, Path):
        return len(source)
    status = source.stat()
    return status.st_size if stat.S_ISREG(status.st_mode) else None


def _write(contents: Mapping[str, bytes], stream: IO[bytes]) -> None:
    with zipfile.ZipFile(stream, "w", allowZip64=False) as archive:
        for name, data in contents.items():
            entry = zipfile.ZipInfo(name, _TIME)
            entry.create_system = _UNIX
            entry.external_attr = _MODE
            archive.writestr(entry, data, zipfile.ZIP_STORED)


def _check_size(
    path: Path, contents: Mapping[str, bytes], limits: bundle_limits.BundleLimits
) -> None:
    size = path.stat().st_size
    if size <= limits.archive_bytes:
        return
    largest = sorted(contents, key=lambda name: len(contents[name]), reverse=True)
    listed = ", ".join(
        f"{name} ({bundle_limits.size_text(len(contents[name]))})"
        for name in largest[:_SHOWN_LARGEST]
    )
    raise BadBundleError(
        bundle_limits.too_large(size, limits.archive_bytes),
        hint=f"The largest files are {listed}.",
    )
