"""``qrt restore``: a service as it was when a backup of it was made."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from toolkit.cli import _backups, _hosting, _progress
from toolkit.cli._output import speaks

if TYPE_CHECKING:
    from toolkit.cli._output import Output


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@_hosting.data_dir
@click.option(
    "--force", is_flag=True, help="Replace what the data directory holds, for good."
)
@speaks
def command(*, file: Path, force: bool, out: Output, **where: Any) -> None:
    """Make a data directory what it was when the backup FILE was made.

    No service may run on it. All of FILE is checked before anything is changed.
    Tokens are those of the backup; jobs that ran then are settled when the service
    starts, as after a crash.
    """
    settings = _hosting.settings(where)
    data_dir = settings.data_dir
    from program_runtime.service import backup  # noqa: PLC0415 - SQLAlchemy

    lost = backup.occupation(data_dir) if force else None
    with _progress.Progress(out, "restoring") as progress:
        held = backup.restore_backup(file, data_dir, force=force, on_progress=progress)
    out.data({"data_dir": str(data_dir), **_backups.to_json(held)}, str(data_dir))
    if lost:
        out.warn(f"it took the place of {lost}")
    out.say(f"{_backups.in_words(held)}, as of {held.created}")
    if os.environ.get("QRT_DATABASE_URL"):
        out.warn("QRT_DATABASE_URL names another database than the restored one")
    out.say(f"start it with: qrt serve --data-dir {data_dir}")
