"""``--save``: the answer goes into a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    from toolkit.cli._output import Output


def option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command ``--save``, refused at once where nothing can be written."""
    return click.option(
        "--save",
        type=click.Path(path_type=Path, dir_okay=False, writable=True),
        callback=_check,
        metavar="FILE",
        help="Write the result into this file, not to stdout.",
    )(function)


def save(text: str, target: Path, out: Output) -> None:
    """Write a result and say so."""
    target.write_text(text, encoding="utf-8")
    out.say(f"result written to {target}")


def _check(
    context: click.Context, parameter: click.Parameter, value: Path | None
) -> Path | None:
    """Refuse before the wait what would fail after it."""
    if value is not None and not value.absolute().parent.is_dir():
        raise click.BadParameter(
            f"the folder {value.absolute().parent} does not exist.", context, parameter
        )
    return value
