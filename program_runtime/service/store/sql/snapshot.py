"""A SQLite database as it is at one moment, while others write to it."""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, func, select, union

from program_runtime.errors import StorageError
from program_runtime.service.store.sql import schema
from program_runtime.service.store.sql.engine import reading_engine
from program_runtime.service.store.sql.failures import storage
from program_runtime.service.store.sql.tables import (
    events,
    inputs,
    jobs,
    programs,
    releases,
    users,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy import CompoundSelect, Select

_PAGES = 1024
"""How many pages are copied between two reports."""
_BUSY_TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What stands in a database."""

    revision: str | None
    """Of its form; None where the tables are not there."""
    users: int
    programs: int
    releases: int
    jobs: int
    events: int
    digests: frozenset[str]
    """Of the blobs that rows refer to."""


def take(source: Path, target: Path, *, on_progress: Callable[[float], None]) -> None:
    """Copy a database that may be in use into a file of its own.

    Args:
        source: The database; it is only read.
        target: A file that is not there yet.
        on_progress: Hears which part of it is copied, up to 1.

    Raises:
        StorageError: The database can not be read or is damaged, or the disk is full.
    """

    def report(_status: int, remaining: int, total: int) -> None:
        on_progress(1 - remaining / max(total, 1))

    with _open(source, "ro") as reading, _open(target, "rwc") as copy:
        # One transaction for all steps: else each write of the service would have
        # the copy begin again, and a busy one would never let it end.
        reading.execute("BEGIN")
        reading.execute("SELECT 1 FROM sqlite_master").fetchone()
        reading.backup(copy, pages=_PAGES, progress=report)
        _join(copy)
        [verdict] = copy.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise StorageError(f"the database {source} is damaged: {verdict}")


def join_files(path: Path) -> None:
    """Bring what lies in the journal of a database into the database itself.

    Args:
        path: The database, which nobody uses.

    Raises:
        StorageError: It can not be read, or somebody uses it.
    """
    with _open(path, "rw") as connection:
        _join(connection)


def read_facts(path: Path) -> Facts:
    """Count what stands in a database of this version's form.

    Raises:
        StorageError: It can not be read.
    """
    engine = reading_engine(URL.create("sqlite", database=str(path)), connections=1)
    try:
        with storage(), engine.connect() as connection:
            revision = schema.revision(connection)
            if revision is None:
                return Facts(
                    revision=None,
                    users=0,
                    programs=0,
                    releases=0,
                    jobs=0,
                    events=0,
                    digests=frozenset(),
                )
            counts = connection.execute(count_rows()).one()
            digests = connection.execute(select_digests()).scalars()
            return Facts(
                revision=revision, digests=frozenset(digests), **counts._asdict()
            )
    finally:
        engine.dispose()


def count_rows() -> Select[Any]:
    """How many there are of what an operator knows by name."""
    counted = {
        "users": select(func.count()).select_from(users),
        "programs": select(func.count())
        .select_from(programs)
        .where(programs.c.deleted.is_(None)),
        "releases": select(func.count()).select_from(releases),
        "jobs": select(func.count()).select_from(jobs),
        "events": select(func.count()).select_from(events),
    }
    return select(*(q.scalar_subquery().label(name) for name, q in counted.items()))


def select_digests() -> CompoundSelect[Any]:
    """All blobs that a row refers to."""
    columns = (releases.c.digest, inputs.c.digest, events.c.blob_digest)
    return union(*(select(c).where(c.is_not(None)) for c in columns))


def _join(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA journal_mode = DELETE")


@contextmanager
def _open(path: Path, mode: str) -> Iterator[sqlite3.Connection]:
    try:
        with closing(
            sqlite3.connect(
                f"{path.absolute().as_uri()}?mode={mode}",
                uri=True,
                timeout=_BUSY_TIMEOUT_S,
                isolation_level=None,
            )
        ) as connection:
            yield connection
    except sqlite3.Error as err:
        raise StorageError(f"the database {path} failed: {err}") from err
