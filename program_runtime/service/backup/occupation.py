"""What a data directory holds that a restored backup would take the place of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from program_runtime.errors import StorageError
from program_runtime.service import data_lock
from program_runtime.service.backup import contents as form
from program_runtime.service.backup.contents import counted

if TYPE_CHECKING:
    from pathlib import Path

STAGING = "restore-"
"""Folders of this prefix are what a restore that was killed has left."""

_WORTHLESS = frozenset(
    {data_lock.LOCK_NAME, "cache", "service.json", "service.log", "spool", "start.lock"}
)
_NAMED = 3


def occupation(data_dir: Path) -> str | None:
    """Say in words what would be lost.

    Args:
        data_dir: A folder, which need not be there.

    Returns:
        What it holds, as the end of a sentence; None if it holds nothing of value.
    """
    database = data_dir / form.DATABASE
    if database.exists():
        return _stored(database)
    if not data_dir.exists():
        return None
    names = sorted(
        path.name
        for path in data_dir.iterdir()
        if path.name not in _WORTHLESS and not path.name.startswith(STAGING)
    )
    if not names:
        return None
    more = len(names) - _NAMED
    named = ", ".join(repr(name) for name in names[:_NAMED])
    return f"{named} and {more} more" if more > 0 else named


def _stored(database: Path) -> str:
    from program_runtime.service.store.sql import snapshot  # noqa: PLC0415 - SQLAlchemy

    try:
        facts = snapshot.read_facts(database)
    except StorageError:
        return "a database that can not be read"
    return (
        f"{counted(facts.jobs, 'job')}, {counted(facts.releases, 'release')} and "
        f"{counted(facts.users, 'user')}"
    )
