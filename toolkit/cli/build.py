"""``qrt build``: the reproducible bundle."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from toolkit.cli import _requirements
from toolkit.cli._output import speaks

if TYPE_CHECKING:
    from toolkit.cli._output import Output


@click.command("build")
@click.argument("directory", type=click.Path(path_type=Path), default=".")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIST",
    help="The folder for the bundle; default: dist/ of the project.",
)
@_requirements.upgrade
@speaks
def command(
    *, directory: Path, output: Path | None, upgrade: bool, out: Output
) -> None:
    """Build the bundle of the project in DIRECTORY: same input, same bytes."""
    from toolkit import bundle  # noqa: PLC0415
    from toolkit.project import load_project  # noqa: PLC0415

    project = load_project(directory)
    lock = bundle.prepare_lock(
        project,
        upgrade=upgrade,
        on_resolve=lambda: out.say("resolving the requirements ..."),
    )
    _requirements.tell(lock, out)
    built = bundle.build_bundle(project, output or project.root / "dist", lock=lock)
    answer = {
        "path": str(built.path),
        "digest": built.digest,
        "size": built.size,
        "files": list(built.files),
        "lock": _requirements.as_json(lock),
    }
    out.data(answer, str(built.path))
    out.say(f"{len(built.files)} files, {built.size} bytes, {built.digest}")
