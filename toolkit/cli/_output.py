"""Where a command's words go: data on stdout, everything human on stderr."""

from __future__ import annotations

import functools
import json
import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_F = TypeVar("_F", bound="Callable[..., Any]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """How this run of the command speaks."""

    as_json: bool = False
    quiet: bool = False

    @property
    def live(self) -> bool:
        """Whether a line may be drawn over: a person watches a terminal."""
        return (
            sys.stderr.isatty()
            and not (self.quiet or self.as_json)
            and not os.environ.get("CI")
        )

    def data(self, value: Any, text: str | None = None) -> None:
        """Print the answer: ``value`` as JSON, or its ``text`` for people."""
        if self.as_json:
            click.echo(json.dumps(value))
        elif text is not None:
            click.echo(text)
        else:
            click.echo(json.dumps(value, indent=2))

    def line(self, value: Any) -> None:
        """Print one line of a JSON Lines stream."""
        click.echo(json.dumps(value))

    def say(self, text: str) -> None:
        """Tell the person at the terminal, on stderr."""
        if not self.quiet:
            click.echo(text, err=True)

    def table(self, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
        """Lay out rows in columns as wide as their widest cell."""
        lines = [list(headings), *[list(row) for row in rows]]
        widths = [max(len(line[i]) for line in lines) for i in range(len(headings))]
        return "\n".join(
            "  ".join(
                cell.ljust(width) for cell, width in zip(line, widths, strict=True)
            ).rstrip()
            for line in lines
        )


def speaks(function: _F) -> _F:
    """Give a command ``--json``, ``--quiet``, ``-v`` and its ``out``."""

    @click.option("--json", "as_json", is_flag=True, help="Print JSON on stdout.")
    @click.option("-q", "--quiet", is_flag=True, help="Print nothing but the answer.")
    @click.option("-v", "verbose", count=True, help="Log more (-vv: everything).")
    @functools.wraps(function)
    def command(
        *args: Any, as_json: bool, quiet: bool, verbose: int, **kwargs: Any
    ) -> Any:
        if verbose:
            import logging  # noqa: PLC0415 - only when asked

            level = logging.INFO if verbose == 1 else logging.DEBUG
            logging.basicConfig(level=level, stream=sys.stderr)
        return function(*args, out=Output(as_json=as_json, quiet=quiet), **kwargs)

    return command  # type: ignore[return-value]
