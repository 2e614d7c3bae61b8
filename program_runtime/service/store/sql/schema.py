"""Bringing a database to the form that this version works with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import (
    Column,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    insert,
    inspect,
    select,
    update,
)

from program_runtime.errors import StorageError
from program_runtime.service.store.sql import tables

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

HEAD = "0005"
"""The newest migration. Known here because Alembic takes as long to import as the
rest of the service together, and at almost every start there is nothing to do."""

# Alembic's own table, in the form in which Alembic makes it.
_versions = Table(
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)


def prepare(engine: Engine, *, migrate: bool) -> None:
    """Make the tables, or bring older ones to the newest form.

    Args:
        engine: Of the writer.
        migrate: Change the database if it needs it; else only look.

    Raises:
        StorageError: The database is newer than this version, or may not be
            changed and needs it.
    """
    with engine.begin() as connection:
        found = revision(connection)
        if found == HEAD:
            return
        if not migrate:
            form = "empty" if found is None else f"at revision {found}"
            raise StorageError(
                f"the database is {form}, this version needs revision {HEAD}",
                hint="Stop the service everywhere, then migrate the database.",
            )
        if found is None:
            create(connection)
        else:
            _upgrade(connection, found)


def touch(connection: Connection) -> None:
    """Write, and change nothing by it."""
    same = {"version_num": _versions.c.version_num}
    connection.execute(update(_versions).values(same))


def create(connection: Connection) -> None:
    """Make all tables in an empty database, as the migrations would."""
    tables.metadata.create_all(connection)
    _versions.create(connection, checkfirst=True)
    connection.execute(insert(_versions), {"version_num": HEAD})


def revision(connection: Connection) -> str | None:
    """Return the form that the database is in; None if it is empty."""
    if not inspect(connection).has_table(_versions.name):
        return None
    return connection.execute(select(_versions.c.version_num)).scalar_one_or_none()


def _upgrade(connection: Connection, found: str) -> None:
    from program_runtime.service.store.migrations import upgrading  # noqa: PLC0415

    upgrading.upgrade(connection, found)
