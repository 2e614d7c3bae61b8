"""``qrt backup``: all that a service on this machine keeps, in one file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from toolkit.cli import _backups, _hosting, _progress
from toolkit.cli._output import speaks

if TYPE_CHECKING:
    from toolkit.cli._output import Output


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@_hosting.where
@click.option("--force", is_flag=True, help="Write over a FILE that is there.")
@speaks
def command(*, file: Path, force: bool, out: Output, **where: Any) -> None:
    """Write all that a service keeps into FILE, whether it runs or not.

    A service that runs goes on meanwhile; FILE holds what was there at one moment,
    the owner's token too, and is as secret as the data directory.
    """
    data_dir = _hosting.served_dir(where.pop("data_dir"))
    settings = _hosting.settings({**where, "data_dir": data_dir})
    from program_runtime.service import backup  # noqa: PLC0415 - SQLAlchemy

    with _progress.Progress(out, "copying") as progress:
        made = backup.make_backup(settings, file, overwrite=force, on_progress=progress)
    out.data({"path": str(file), **_backups.to_json(made)}, str(file))
    out.say(f"{_backups.in_words(made)}, from {data_dir}")
    out.warn(
        "who reads this file can sign in as the owner; keep it as safe as the data "
        "directory"
    )
