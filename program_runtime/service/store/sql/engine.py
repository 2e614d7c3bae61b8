"""How to connect: the one place that knows what SQLite and PostgreSQL need."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from program_runtime.errors import InvalidValueError, StorageError
from program_runtime.service.store.sql.failures import storage

if TYPE_CHECKING:
    from sqlite3 import Connection as SQLiteConnection

    from sqlalchemy import URL, Connection, Engine

_BUSY_TIMEOUT_S = 5.0
_JOURNAL_LIMIT_BYTES = 64 * 1024 * 1024
_DEFAULT_DRIVERS = {"postgresql": "postgresql+psycopg"}


def database(url: str) -> URL:
    """Read the address of a database.

    Raises:
        InvalidValueError: It is none, or of a database that is not supported.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as err:
        raise InvalidValueError(
            "this is no database URL",
            hint="Write sqlite:////path/db.sqlite3 or postgresql://host/name.",
        ) from err
    kind = parsed.get_backend_name()
    if kind not in {"sqlite", "postgresql"}:
        raise InvalidValueError(
            f"databases of the kind {kind} are not supported",
            hint="Use sqlite or postgresql.",
        )
    if kind == "sqlite" and parsed.database in {None, "", ":memory:"}:
        raise InvalidValueError(
            "a SQLite database in memory can not be shared by several connections",
            hint="Name a file, or use MemoryStore.",
        )
    driver = _DEFAULT_DRIVERS.get(parsed.drivername, parsed.drivername)
    return parsed.set(drivername=driver)


def writing_engine(url: URL) -> Engine:
    """Return the engine of the one connection that writes."""
    if url.get_backend_name() != "sqlite":
        return _create(url, pool_pre_ping=True)
    # The file holds inputs and results: of no concern to other accounts here.
    with storage():
        Path(str(url.database)).touch(mode=0o600)
    engine = _create(url)
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_immediately)
    return engine


def reading_engine(url: URL, *, connections: int) -> Engine:
    """Return the engine of the connections that only read, each statement alone."""
    options: dict[str, Any] = {"pool_size": connections, "max_overflow": 0}
    if url.get_backend_name() != "sqlite":
        options["pool_pre_ping"] = True
    engine = _create(url, isolation_level="AUTOCOMMIT", **options)
    if url.get_backend_name() == "sqlite":
        event.listen(engine, "connect", _set_up_sqlite_reader)
    return engine


def _create(url: URL, **options: Any) -> Engine:
    try:
        # Statements carry inputs and hashes, which do not belong into a log.
        return create_engine(url, hide_parameters=True, **options)
    except ModuleNotFoundError as err:
        raise StorageError(
            f"the driver {err.name} of the database is not installed",
            hint=f"Install it: pip install '{err.name}[binary]'",
        ) from err


def _set_up_sqlite(connection: SQLiteConnection, _record: object) -> None:
    # None: transactions begin where we say so and nowhere else.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {int(_BUSY_TIMEOUT_S * 1000)}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute(f"PRAGMA journal_size_limit = {_JOURNAL_LIMIT_BYTES}")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _set_up_sqlite_reader(connection: SQLiteConnection, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {int(_BUSY_TIMEOUT_S * 1000)}")
    cursor.execute("PRAGMA query_only = ON")
    cursor.close()


def _begin_immediately(connection: Connection) -> None:
    # A transaction that reads first and writes later fails with SQLITE_BUSY in
    # spite of the timeout, https://sqlite.org/lang_transaction.html
    connection.exec_driver_sql("BEGIN IMMEDIATE")
