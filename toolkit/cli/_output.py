"""Where a command's words go: data on stdout, everything human on stderr."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import click

from toolkit.cli import _exits, _terminal
from toolkit.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_F = TypeVar("_F", bound="Callable[..., Any]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """How this run of the command speaks."""

    as_json: bool = False
    quiet: bool = False
    verbose: int = 0

    @property
    def live(self) -> bool:
        """Whether a line may be drawn over: a person watches a terminal."""
        return (
            _terminal.is_smart(sys.stderr)
            and not (self.quiet or self.as_json)
            and not os.environ.get("CI")
        )

    @property
    def asks(self) -> bool:
        """Whether a question makes sense: a person sits there and can answer."""
        return (
            sys.stdin.isatty()
            and sys.stderr.isatty()
            and not self.as_json
            and not os.environ.get("CI")
        )

    def data(self, value: Any, text: str) -> None:
        """Print the answer: ``value`` as JSON, or its ``text`` for people."""
        if self.as_json:
            self.line(value)
        else:
            self.text(text + "\n" if text else "")

    def line(self, value: Any) -> None:
        """Print one JSON value in one line."""
        click.echo(json.dumps(value))

    def text(self, text: str) -> None:
        """Print text as it is; a terminal gets its escapes as words."""
        is_shown = sys.stdout.isatty()
        # With color=True click leaves the escapes alone that a file shall hold.
        click.echo(_terminal.safe(text) if is_shown else text, nl=False, color=True)

    def say(self, text: str) -> None:
        """Tell the person at the terminal, on stderr."""
        if not self.quiet:
            click.echo(_terminal.safe(text), err=True)

    def detail(self, text: str) -> None:
        """Tell it to who asked for more with ``-v``."""
        if self.verbose:
            self.say(text)

    def warn(self, text: str) -> None:
        """Tell what is probably not meant."""
        if not self.quiet:
            self._headed("warning:", text, fg="yellow")

    def complain(self, text: str) -> None:
        """Tell what went wrong, however quiet the command shall be."""
        self._headed("error:", text, fg="red")

    def hint(self, text: str) -> None:
        """Tell what to do about it."""
        self._headed("hint:", text, fg="cyan")

    def table(self, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
        """Lay out rows in columns as wide as their widest cell."""
        lines = [list(headings)]
        lines += [[_terminal.one_line(cell) for cell in row] for row in rows]
        widths = [max(len(line[i]) for line in lines) for i in range(len(headings))]
        return "\n".join(
            "  ".join(
                cell.ljust(width) for cell, width in zip(line, widths, strict=True)
            ).rstrip()
            for line in lines
        )

    def _headed(self, head: str, text: str, **style: Any) -> None:
        painted = _terminal.paint(head, sys.stderr, bold=True, **style)
        click.echo(f"{painted} {_terminal.safe(text)}", err=True)


def speaks(function: _F) -> _F:
    """Give a command ``--json``, ``--quiet``, ``-v`` and its ``out``."""

    @click.option("--json", "as_json", is_flag=True, help="Print JSON on stdout.")
    @click.option(
        "-q", "--quiet", is_flag=True, help="Print the answer and errors alone."
    )
    @click.option(
        "-v", "verbose", count=True, help="Say and log more (-vv: everything)."
    )
    @functools.wraps(function)
    def command(
        *args: Any, as_json: bool, quiet: bool, verbose: int, **kwargs: Any
    ) -> Any:
        out = Output(as_json=as_json, quiet=quiet, verbose=verbose)
        with _logging(verbose), _readers_may_leave():
            return function(*args, out=out, **kwargs)

    return command  # type: ignore[return-value]


@contextlib.contextmanager
def _logging(verbose: int) -> Iterator[None]:
    """Show log records on stderr while the command runs."""
    if not verbose:
        yield
        return
    import logging  # noqa: PLC0415 - only when asked

    class Formatter(logging.Formatter):
        def format(self, record: logging.LogRecord) -> str:
            return _terminal.safe(super().format(record))

    root, handler = logging.getLogger(), logging.StreamHandler(sys.stderr)
    handler.setFormatter(Formatter("%(levelname)s %(name)s: %(message)s"))
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO if verbose == 1 else logging.DEBUG)
    try:
        yield
    finally:
        root.setLevel(level)
        root.removeHandler(handler)


@contextlib.contextmanager
def _readers_may_leave() -> Iterator[None]:
    """End quietly when the reader of our stdout has left (``qrt jobs | head -1``)."""
    try:
        yield
    except BrokenPipeError:
        # What is still buffered must go somewhere when Python exits.
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise _exits.Stop(ExitCode.OK) from None
