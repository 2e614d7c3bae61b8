"""What the database can not do, as one error."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from program_runtime.errors import StorageBusyError, StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator

_PRIMARY = 0xFF
_DEADLOCK = "40P01"
_BUSY_HINT = "Another process holds it; try again when it has let go."


def storage_error(err: SQLAlchemyError | OSError) -> StorageError:
    """Return the error to raise from this one.

    Only the first line of the driver's message is shown: the others, and what
    SQLAlchemy adds, hold values of the statement.
    """
    reason = err.orig if isinstance(err, DBAPIError) and err.orig else err
    lines = str(reason).splitlines() or [type(reason).__name__]
    message = f"the database failed: {lines[0]}"
    if _is_busy(reason):
        return StorageBusyError(message, hint=_BUSY_HINT)
    return StorageError(message)


def is_deadlock(err: Exception) -> bool:
    """Whether PostgreSQL ended a transaction for another one to go on."""
    reason = err.orig if isinstance(err, DBAPIError) else None
    return getattr(reason, "sqlstate", None) == _DEADLOCK


def _is_busy(reason: BaseException) -> bool:
    """Whether another process held a lock for longer than it was waited for."""
    code = getattr(reason, "sqlite_errorcode", 0)  # which holds a detail, too
    return code & _PRIMARY in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


@contextmanager
def storage() -> Iterator[None]:
    """Turn what the database raises into a StorageError."""
    try:
        yield
    except (SQLAlchemyError, OSError) as err:
        raise storage_error(err) from err
