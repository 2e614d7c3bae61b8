"""``qrt completion``: the completion script for a shell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from click.shell_completion import get_completion_class

from toolkit.cli._output import speaks

if TYPE_CHECKING:
    from toolkit.cli._output import Output

START = {
    "bash": 'eval "$(qrt completion bash)"  # in ~/.bashrc',
    "zsh": 'eval "$(qrt completion zsh)"  # in ~/.zshrc',
    "fish": "qrt completion fish > ~/.config/fish/completions/qrt.fish",
}


@click.command("completion")
@click.argument("shell", type=click.Choice(list(START)))
@speaks
def command(*, shell: str, out: Output) -> None:
    """Print the completion script for SHELL."""
    from toolkit.cli import _main, _shells  # noqa: PLC0415 - it imports us

    _shells.register()
    completion = get_completion_class(shell)
    if completion is None:  # pragma: no cover - click knows the three
        raise click.UsageError(f"No completion for {shell}.")
    script = completion(_main.qrt, {}, "qrt", "_QRT_COMPLETE").source()
    out.data({"shell": shell, "script": script}, script)
    out.say(f"to use it: {START[shell]}")
