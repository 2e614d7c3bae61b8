"""The key that a new row was given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection, Insert


def insert_row(
    connection: Connection, statement: Insert, values: Mapping[str, Any]
) -> int:
    """Insert one row and return its key."""
    keys: Any = connection.execute(statement, values).inserted_primary_key
    return int(keys[0])
