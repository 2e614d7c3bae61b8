"""``qrt logout``: forget a stored service."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from toolkit.cli import _settings
from toolkit.cli._output import speaks
from toolkit.errors import ToolkitError

if TYPE_CHECKING:
    from toolkit.cli._output import Output


@click.command("logout")
@click.argument("name", required=False)
@speaks
def command(*, name: str | None, out: Output) -> None:
    """Forget the stored service NAME; without a name, the default one."""
    from program_runtime.client import profiles  # noqa: PLC0415

    folder = _settings.config_dir()
    chosen = name or profiles.current(folder)
    if chosen is None or not profiles.delete(folder, chosen):
        raise ToolkitError(
            f"No stored service is named '{chosen}'." if chosen else "You are nowhere.",
            hint="'qrt profiles' lists the stored services",
        )
    out.data({"forgot": chosen}, chosen)
