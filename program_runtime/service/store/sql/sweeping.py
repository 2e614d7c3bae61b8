"""Deleting what nothing refers to."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select, union_all

from program_runtime.service.store.sql import program_statements, session_statements
from program_runtime.service.store.sql.publishing import clear_withdrawn
from program_runtime.service.store.sql.tables import events, inputs, releases

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import CompoundSelect, Connection

    from program_runtime.service.store.protocols import BlobStore

BATCH = 500
"""How many blobs are looked at in one transaction."""


@cache
def select_referred() -> CompoundSelect[Any]:
    """Those of some digests that a row refers to."""
    digests: Any = bindparam("digests", expanding=True)
    columns = (releases.c.digest, inputs.c.digest, events.c.blob_digest)
    return union_all(*(select(c).where(c.in_(digests)) for c in columns))


def sweep_programs(connection: Connection) -> None:
    """Delete the releases of deleted programs whose last job is gone."""
    keys = connection.execute(program_statements.select_deleted_programs())
    for program_key in keys.scalars().all():
        clear_withdrawn(connection, program_key)


def sweep_sessions(connection: Connection, *, before: float) -> None:
    """Delete the sessions that were closed before a moment and whose jobs are gone."""
    connection.execute(session_statements.delete_forgotten(), {"before": before})


def sweep_blobs(
    connection: Connection,
    blobs: BlobStore,
    digests: Sequence[str],
    *,
    older_than_s: float,
) -> int:
    """Delete those of the blobs that no row refers to.

    Inside of a writing transaction, so that no row comes to refer to one between
    the look and the deletion.
    """
    rows = connection.execute(select_referred(), {"digests": list(digests)})
    referred = set(rows.scalars())
    return sum(
        blobs.delete(digest, older_than_s=older_than_s)
        for digest in digests
        if digest not in referred
    )
