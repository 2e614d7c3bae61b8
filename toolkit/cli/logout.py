"""``qrt logout``: forget a stored service."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from toolkit.cli import _completion, _exits, _service, _settings
from toolkit.cli._output import speaks

if TYPE_CHECKING:
    from toolkit.cli._output import Output


@click.command("logout")
@click.argument("name", required=False, shell_complete=_completion.profiles)
@speaks
def command(*, name: str | None, out: Output) -> None:
    """Forget the stored service NAME; without a name, that of the last login."""
    from program_runtime.client import profiles  # noqa: PLC0415

    folder = _settings.config_dir()
    chosen = name or profiles.current(folder)
    if chosen is None:
        raise _exits.NotFoundError(
            "You are not logged in anywhere.",
            hint="`qrt profiles` lists the stored services.",
        )
    if not profiles.delete(folder, chosen):
        raise _service.not_stored(chosen, profiles.load(folder))
    out.data({"forgot": chosen}, chosen)
    out.say(f"forgot '{chosen}'; its token is still good until it is revoked")
