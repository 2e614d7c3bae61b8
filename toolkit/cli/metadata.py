"""``qrt metadata``: what program.json says, made from what main says."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from toolkit.cli import _exits, _groups
from toolkit.cli._output import speaks
from toolkit.errors import ExitCode

if TYPE_CHECKING:
    from toolkit.cli._output import Output


@click.group("metadata", cls=_groups.SuggestingGroup)
def command() -> None:
    """Keep program.json and the signature of main together."""


@command.command("sync")
@click.argument("directory", type=click.Path(path_type=Path), default=".")
@click.option(
    "--check", is_flag=True, help="Write nothing; fail if there is a difference."
)
@speaks
def sync(*, directory: Path, check: bool, out: Output) -> None:
    """Write types, defaults and descriptions of main's inputs into program.json.

    They are read from the annotations, the defaults and the section Args: of the
    docstring of main; the program is never imported. What these can not say, such
    as bounds added by hand, stays.
    """
    from toolkit import project as projects  # noqa: PLC0415
    from toolkit.project import metadata_sync  # noqa: PLC0415

    plan = metadata_sync.plan_sync(projects.load_project(directory))
    if not check:
        plan.write()
    changes = [asdict(change) for change in plan.changes]
    written = bool(changes) and not check
    lines = "\n".join(map(str, plan.changes))
    out.data({"changes": changes, "written": written}, lines)
    if not changes:
        out.say("program.json says what main says")
    elif written:
        out.say("program.json is written")
    else:
        out.say("program.json differs from main; `qrt metadata sync` writes it")
        raise _exits.Stop(ExitCode.FINDINGS)
