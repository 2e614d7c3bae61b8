"""Contents of a bundle: read into memory, or unpacked into a folder."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from program_runtime.bundle import archive
from program_runtime.bundle import limits as bundle_limits

__all__ = ["read_bundle", "read_file", "unpack_bundle"]


def read_bundle(
    path: Path, *, limits: bundle_limits.BundleLimits = bundle_limits.DEFAULT
) -> dict[str, bytes]:
    """Return the contents of all files by name.

    Raises:
        BadBundleError: The archive can not be used.
    """
    with archive.open_archive(path, limits=limits) as opened:
        return {name: opened.read(name) for name in opened.files}


def read_file(
    path: Path,
    name: str,
    *,
    limits: bundle_limits.BundleLimits = bundle_limits.DEFAULT,
) -> bytes:
    """Return the content of one file.

    Raises:
        BadBundleError: The archive can not be used, or does not hold the file.
    """
    with archive.open_archive(path, limits=limits) as opened:
        return opened.read(name)


def unpack_bundle(
    path: Path,
    folder: Path,
    *,
    limits: bundle_limits.BundleLimits = bundle_limits.DEFAULT,
) -> None:
    """Unpack a bundle; the folder appears complete or not at all.

    Args:
        path: The archive.
        folder: Where to; it must be absent or empty.
        limits: What is accepted.

    Raises:
        BadBundleError: The archive can not be used.
        FileExistsError: The folder holds something.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FileExistsError(f"{folder} is not empty")
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        with archive.open_archive(path, limits=limits) as opened:
            for name in opened.files:
                _unpack(opened, name, made)
        made.chmod(0o755)
        made.replace(folder)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _unpack(opened: archive.Archive, name: str, folder: Path) -> None:
    target = folder.joinpath(*name.split("/"))
    target.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    with target.open("xb") as stream:
        for chunk in opened.chunks(name):
            stream.write(chunk)
    target.chmod(0o644)
