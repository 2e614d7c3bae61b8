"""Making a backup, of a service that runs or of one that does not."""

from __future__ import annotations

import contextlib
import json
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from program_runtime.errors import BackupError, StorageError
from program_runtime.service.backup import contents as form
from program_runtime.service.backup.archive import ArchiveWriter, digest_of
from program_runtime.service.backup.contents import Contents
from program_runtime.service.versions import versions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from program_runtime.service.settings import Settings
    from program_runtime.service.store import FolderBlobStore
    from program_runtime.service.store.sql.snapshot import Facts

_ATTEMPTS = 3
_ARCHIVE = "archive"
_COPYING = 0.2
"""The part of the progress that is the copy of the database."""


class _OvertakenError(Exception):
    """A blob went away with the last row that referred to it: start over."""


def make_backup(
    settings: Settings,
    target: Path,
    *,
    overwrite: bool = False,
    on_progress: Callable[[float], None] = lambda _: None,
) -> Contents:
    """Write all that a service keeps into one file, while it works or not.

    Args:
        settings: Where the service keeps it.
        target: The file; it appears when it is complete, with mode 0600.
        overwrite: Replace a file that is there.
        on_progress: Hears which part is done, up to 1.

    Returns:
        What the backup holds.

    Raises:
        BackupError: The service is not on SQLite, a blob is missing or damaged, or
            the target is there already.
        StorageError: The database can not be read, or the disk is full.
    """
    database = _database(settings)
    _refuse_to_overwrite(target, overwrite=overwrite)
    try:
        with tempfile.TemporaryDirectory(
            dir=target.absolute().parent, prefix=f".{target.name}.", suffix=".partial"
        ) as work:
            made = _make(settings.data_dir, database, Path(work), on_progress)
            _refuse_to_overwrite(target, overwrite=overwrite)
            (Path(work) / _ARCHIVE).replace(target)
    except OSError as err:
        raise StorageError(
            f"The backup {target} can not be written: {err.strerror or err}."
        ) from err
    return made


def _make(
    data_dir: Path, database: Path, work: Path, on_progress: Callable[[float], None]
) -> Contents:
    for _ in range(_ATTEMPTS):
        with contextlib.suppress(_OvertakenError):
            return _attempt(data_dir, database, work, on_progress)
    raise BackupError(
        f"Jobs were deleted faster than their data could be copied, {_ATTEMPTS} times.",
        hint="Make the backup at a quieter time.",
    )


def _attempt(
    data_dir: Path, database: Path, work: Path, on_progress: Callable[[float], None]
) -> Contents:
    from program_runtime.service.store import FolderBlobStore  # noqa: PLC0415
    from program_runtime.service.store.sql import snapshot  # noqa: PLC0415

    copy = work / form.DATABASE
    copy.unlink(missing_ok=True)
    snapshot.take(database, copy, on_progress=lambda part: on_progress(_COPYING * part))
    created = datetime.now(UTC)
    facts = snapshot.read_facts(copy)
    if facts.revision is None:
        raise BackupError(f"The database {database} is empty: no service has used it.")
    # From here on the service may delete what the copy refers to.
    blobs = FolderBlobStore(data_dir / form.BLOBS)
    sizes = {d: _size(blobs, d, database) for d in sorted(facts.digests)}
    kept = {form.DATABASE: copy, **dict(_kept_files(data_dir))}
    made = _describe(facts, created, kept, sizes)
    hear = _in_parts(on_progress, made.size_bytes)
    with ArchiveWriter(work / _ARCHIVE, on_bytes=hear) as archive:
        archive.add_bytes(form.CONTENTS, made.to_json())
        for name, path in kept.items():
            with path.open("rb") as file:
                archive.add(name, file, made.files[name])
        for digest in sizes:
            try:
                file = blobs.path(digest).open("rb")
            except FileNotFoundError:
                raise _missing(digest, database) from None
            with file:
                archive.add(form.blob_name(digest), file, digest)
    return made


def _in_parts(
    on_progress: Callable[[float], None], total: int
) -> Callable[[int], None]:
    done = 0

    def hear(count: int) -> None:
        nonlocal done
        done += count
        on_progress(_COPYING + (1 - _COPYING) * done / max(total, 1))

    return hear


def _describe(
    facts: Facts,
    created: datetime,
    kept: dict[str, Path],
    sizes: dict[str, int],
) -> Contents:
    return Contents(
        created=created.isoformat(timespec="seconds"),
        version=versions()["version"],
        revision=str(facts.revision),
        users=facts.users,
        programs=facts.programs,
        releases=facts.releases,
        jobs=facts.jobs,
        events=facts.events,
        blobs=len(sizes),
        size_bytes=sum(sizes.values()) + sum(p.stat().st_size for p in kept.values()),
        files={name: digest_of(path) for name, path in kept.items()},
    )


def _kept_files(data_dir: Path) -> Iterator[tuple[str, Path]]:
    for name in form.KEPT_FILES:
        if (data_dir / name).is_file():
            yield name, data_dir / name
    for folder in form.KEPT_FOLDERS:
        for path in sorted((data_dir / folder).glob("*")):
            name = f"{folder}/{path.name}"
            if path.is_file() and form.is_kept(name):
                yield name, path


def _size(blobs: FolderBlobStore, digest: str, database: Path) -> int:
    try:
        return blobs.path(digest).stat().st_size
    except FileNotFoundError:
        raise _missing(digest, database) from None


def _missing(digest: str, database: Path) -> Exception:
    """Tell a blob that was deleted in order from one that is lost."""
    from program_runtime.service.store.sql import snapshot  # noqa: PLC0415

    if digest not in snapshot.read_facts(database).digests:
        return _OvertakenError()
    return BackupError(
        f"The blob {digest} is missing: the database refers to it, but it is not in "
        f"{form.BLOBS}/ of the data directory.",
        hint="Bring the file back from an earlier backup; nothing was written now.",
    )


def _refuse_to_overwrite(target: Path, *, overwrite: bool) -> None:
    if target.exists() and not overwrite:
        raise BackupError(
            f"{target} is there already.", hint="Name another file, or give --force."
        )


def _database(settings: Settings) -> Path:
    """Find the SQLite file of the service that uses the data directory."""
    from program_runtime.service.store.sql import engine  # noqa: PLC0415 - SQLAlchemy

    url = engine.database(settings.database_url or _served_url(settings))
    if url.get_backend_name() != "sqlite":
        raise BackupError(
            "This service keeps its data in PostgreSQL, which has a backup of its own.",
            hint=f"Run `pg_dump` first, then copy {settings.data_dir / form.BLOBS}.",
        )
    path = Path(str(url.database))
    if not path.is_file():
        raise BackupError(
            f"There is no service in {settings.data_dir}: {path} does not exist.",
            hint="Name its data directory with --data-dir.",
        )
    return path


def _served_url(settings: Settings) -> str:
    """Return the database that the service says it was started with."""
    try:
        state = json.loads((settings.data_dir / "service.json").read_text("utf-8"))
        return str(state["database"])
    except (OSError, ValueError, KeyError, TypeError):
        return settings.database()
