"""``qrt env``: print what points an official client at a service."""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING, Any

import click

from toolkit.cli import _service
from toolkit.cli._output import speaks

if TYPE_CHECKING:
    from toolkit.cli._output import Output


@click.command("env")
@_service.option
@click.option(
    "--client",
    type=click.Choice(["current", "retired"]),
    default="current",
    show_default=True,
    help="qiskit-ibm-runtime 0.49 and later, or 0.8 to 0.15.",
)
@speaks
def command(*, client: Any, out: Output) -> None:
    """Print the variables by which IBM's own client finds your service.

    Put them into a shell with: eval "$(qrt env)". They hold your token.
    """
    from toolkit import official_clients  # noqa: PLC0415

    reached = _service.reach(out)
    api = _service.open_api(reached)
    me = api.whoami()  # a token that is not valid is no use to another client
    instance = str(api.version()["instance"])
    found = official_clients.variables(
        client,
        url=reached.url,
        token=reached.token.reveal() if reached.token else "",
        instance=instance,
        authority=reached.trust if isinstance(reached.trust, str) else None,
    )
    lines = [f"export {name}={shlex.quote(value)}" for name, value in found.items()]
    out.data(dict(found), "\n".join(lines))
    told = official_clients.warnings(
        client, url=reached.url, instance=instance, environment=os.environ
    )
    for warning in told:
        out.warn(warning)
    out.say(f"for the {client} client of {me['name']} at {reached.url}")
