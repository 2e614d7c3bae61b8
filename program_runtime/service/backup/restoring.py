"""Putting a backup back: looked at as a whole before anything is in its place."""

from __future__ import annotations

import asyncio
import contextlib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from program_runtime.errors import BackupError, StorageError
from program_runtime.execution.work_dir import remove_tree
from program_runtime.service import data_lock
from program_runtime.service.backup import archive
from program_runtime.service.backup import contents as form
from program_runtime.service.backup.contents import Contents
from program_runtime.service.backup.occupation import STAGING, occupation

if TYPE_CHECKING:
    from collections.abc import Callable

_DESCRIPTION_BYTES = 1024 * 1024
_REBUILT = ("cache", "environments", "releases", "spool", "uploads")
"""Folders that the service fills again by itself, or that are about the old one."""


def restore_backup(
    source: Path,
    data_dir: Path,
    *,
    force: bool = False,
    on_progress: Callable[[float], None] = lambda _: None,
) -> Contents:
    """Make a data directory what it was when the backup was made.

    Everything is unpacked beside and checked; then the blobs are moved in, which
    changes nothing for the database that is there, and last the database, in one
    step. A restore that fails or is killed has changed nothing before that.

    Args:
        source: The backup.
        data_dir: Made if absent; no service may use it.
        force: Let the backup take the place of what is there.
        on_progress: Hears which part is done, up to 1.

    Returns:
        What the backup held.

    Raises:
        BackupError: It is none, is damaged or incomplete, or the folder is not empty.
        ServiceStartError: A service uses the folder.
        StorageError: The database is of a newer version, or the disk is full.
    """
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        with data_lock.hold(data_dir):
            _refuse_to_replace(data_dir, force=force)
            for left in data_dir.glob(f"{STAGING}*"):
                remove_tree(left)
            with tempfile.TemporaryDirectory(dir=data_dir, prefix=STAGING) as folder:
                staged = _unpack(source, Path(folder), on_progress)
                _check(staged, Path(folder), source)
                _put_in_place(staged, Path(folder), data_dir)
    except OSError as err:
        raise StorageError(
            f"{source} can not be restored into {data_dir}: {err.strerror or err}."
        ) from err
    return staged


def _refuse_to_replace(data_dir: Path, *, force: bool) -> None:
    held = occupation(data_dir)
    if held is not None and not force:
        raise BackupError(
            f"{data_dir} is not empty: it holds {held}.",
            hint="Choose another folder with --data-dir; --force replaces what is "
            "there, for good.",
        )


def _unpack(
    source: Path, folder: Path, on_progress: Callable[[float], None]
) -> Contents:
    """Write every file of the backup below a folder, each held against its digest."""
    whole, done = max(source.stat().st_size, 1), 0

    def hear(count: int) -> None:
        nonlocal done
        done += count
        on_progress(done / whole)

    with archive.reading(source) as files:
        first, content = next(files, ("", None))
        if first != form.CONTENTS or content is None:
            raise BackupError(f"{source} is no backup of a service.")
        contents = Contents.from_json(content.read(_DESCRIPTION_BYTES))
        for name, content in files:
            digest = contents.files.get(name) if form.is_kept(name) else None
            digest = digest or form.digest_in(name)
            target = folder / name
            if digest is None or target.exists():
                raise BackupError(f"{source} is no backup: {name!r} is no part of one.")
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            archive.store(content, target, digest, on_bytes=hear)
    return contents


def _check(contents: Contents, folder: Path, source: Path) -> None:
    """Hold that nothing is missing, and that this version can use the database."""
    from program_runtime.service.store.sql import snapshot  # noqa: PLC0415 - SQLAlchemy

    database = folder / form.DATABASE
    missing = [name for name in contents.files if not (folder / name).is_file()]
    if form.DATABASE not in contents.files or missing:
        name = missing[0] if missing else form.DATABASE
        raise BackupError(f"{source} is incomplete: {name} is missing.")
    _open_once(database, folder / form.BLOBS)
    snapshot.join_files(database)
    for digest in sorted(snapshot.read_facts(database).digests):
        if not (folder / form.blob_name(digest)).is_file():
            raise BackupError(f"{source} is incomplete: the blob {digest} is missing.")


def _open_once(database: Path, blobs: Path) -> None:
    """Open the database as the service will: an older form becomes the newest."""
    from program_runtime.service.store import (  # noqa: PLC0415 - SQLAlchemy
        FolderBlobStore,
        SqlStore,
    )

    store = SqlStore(f"sqlite:///{database}", FolderBlobStore(blobs))
    with asyncio.Runner() as runner:
        runner.run(store.open())
        runner.run(store.close())


def _put_in_place(contents: Contents, folder: Path, data_dir: Path) -> None:
    from program_runtime.service.store import FolderBlobStore  # noqa: PLC0415
    from program_runtime.service.store.sql import snapshot  # noqa: PLC0415

    digests = snapshot.read_facts(folder / form.DATABASE).digests
    blobs = FolderBlobStore(data_dir / form.BLOBS)
    kept = [name for name in contents.files if name != form.DATABASE]
    for name in [*map(form.blob_name, digests), *kept]:
        _move(folder / name, data_dir / name)
    _move_database(folder / form.DATABASE, data_dir / form.DATABASE)
    data_dir.chmod(0o700)
    # What is left over belonged to the service that was here before.
    for digest in list(blobs.digests()):
        if digest not in digests:
            blobs.delete(digest)
    for name in {*form.KEPT_FILES, "service.json"} - set(kept):
        (data_dir / name).unlink(missing_ok=True)
    for name in form.KEPT_FOLDERS:
        for path in (data_dir / name).glob("*"):
            if f"{name}/{path.name}" not in kept:
                path.unlink()
    for name in _REBUILT:
        remove_tree(data_dir / name)


def _move_database(source: Path, target: Path) -> None:
    from program_runtime.service.store.sql import snapshot  # noqa: PLC0415

    if target.exists():
        # The journal beside it would be taken for the new one's.
        with contextlib.suppress(StorageError):
            snapshot.join_files(target)
        for suffix in ("-wal", "-shm", "-journal"):
            target.with_name(target.name + suffix).unlink(missing_ok=True)
    source.chmod(0o600)
    _move(source, target)


def _move(source: Path, target: Path) -> None:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    source.replace(target)
    handle = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
