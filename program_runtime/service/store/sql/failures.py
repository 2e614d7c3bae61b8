"""What the database can not do, as one error."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from program_runtime.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator


def storage_error(err: SQLAlchemyError | OSError) -> StorageError:
    """Return the error to raise from this one.

    Only the first line of the driver's message is shown: the others, and what
    SQLAlchemy adds, hold values of the statement.
    """
    reason = err.orig if isinstance(err, DBAPIError) and err.orig else err
    lines = str(reason).splitlines() or [type(reason).__name__]
    return StorageError(f"the database failed: {lines[0]}")


@contextmanager
def storage() -> Iterator[None]:
    """Turn what the database raises into a StorageError."""
    try:
        yield
    except (SQLAlchemyError, OSError) as err:
        raise storage_error(err) from err
