"""``qrt profiles``: list the stored services."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from toolkit.cli import _settings
from toolkit.cli._output import speaks

if TYPE_CHECKING:
    from toolkit.cli._output import Output


@click.command("profiles")
@speaks
def command(*, out: Output) -> None:
    """List the stored services; tokens are never shown."""
    from program_runtime.client import profiles  # noqa: PLC0415

    folder = _settings.config_dir()
    default = profiles.current(folder)
    known = profiles.load(folder)
    rows = [
        ("*" if name == default else "", name, p.target or "service", p.url)
        for name, p in known.items()
    ]
    answer = [
        {
            "name": name,
            "url": p.url,
            "target": p.target or "service",
            "default": name == default,
        }
        for name, p in known.items()
    ]
    table = out.table(("", "PROFILE", "TARGET", "URL"), rows) if rows else ""
    out.data({"profiles": answer}, table)
    if not rows:
        out.say("no stored services; the local one starts by itself when it is needed")
