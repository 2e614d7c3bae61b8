"""Taking the steps from an older form of the database to the newest."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from program_runtime.errors import StorageError

if TYPE_CHECKING:
    from sqlalchemy import Connection

FOLDER = Path(__file__).parent
"""Where the steps are."""


def upgrade(connection: Connection, found: str | None) -> None:
    """Take every step that the database has not taken yet.

    Args:
        connection: In a transaction, which the steps become part of.
        found: The revision that the database is at; None if it is empty.

    Raises:
        StorageError: No step leads to that revision.
    """
    config = configuration()
    if found is not None:
        _check_known(config, found)
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def head() -> str | None:
    """Return the newest revision that there is a step to."""
    return ScriptDirectory.from_config(configuration()).get_current_head()


def configuration() -> Config:
    """Return Alembic's settings for these migrations."""
    config = Config()
    # Alembic reads % in a path as the start of a variable.
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _check_known(config: Config, revision: str) -> None:
    try:
        ScriptDirectory.from_config(config).get_revision(revision)
    except CommandError as err:
        raise StorageError(
            f"the database is at revision {revision}, which this version does not "
            "know: a newer version has used it",
            hint="Upgrade qiskit-program-toolkit.",
        ) from err
