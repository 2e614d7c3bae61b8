"""``qrt whoami``: who you are to the service."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from toolkit.cli import _service
from toolkit.cli._output import speaks

if TYPE_CHECKING:
    from toolkit.cli._output import Output


@click.command("whoami")
@_service.option
@speaks
def command(*, out: Output) -> None:
    """Say which service you use, as whom, and what you may do there."""
    api = _service.connect(out)
    me = {**api.whoami(), "url": api.url}
    out.data(me, f"{me['name']} ({me['role']}) at {me['url']}")
