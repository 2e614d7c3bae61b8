"""``qrt test``: the project's own tests with the pytest plugin."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from toolkit.cli import _exits
from toolkit.cli._output import speaks
from toolkit.errors import ExitCode, ToolkitError

if TYPE_CHECKING:
    from toolkit.cli._output import Output

NO_TESTS = 5  # pytest's exit code when it collected nothing
_REST = f"{__name__}.rest"


class _WithRest(click.Command):
    """Keeps the words after ``--`` apart: they are pytest's, DIRECTORY is not."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        rest: list[str] = []
        if "--" in args:
            cut = args.index("--")
            args, rest = args[:cut], args[cut + 1 :]
        ctx.meta[_REST] = rest
        return super().parse_args(ctx, args)

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        return [*super().collect_usage_pieces(ctx), "[-- PYTEST_ARGS...]"]


@click.command("test", cls=_WithRest)
@click.argument("directory", type=click.Path(path_type=Path), default=".")
@speaks
def command(*, directory: Path, out: Output) -> None:
    """Run the tests of the project in DIRECTORY; words after -- go to pytest."""
    import importlib.util  # noqa: PLC0415

    if importlib.util.find_spec("pytest") is None:
        raise ToolkitError(
            "pytest is not installed.", hint="python -m pip install pytest"
        )
    rest = click.get_current_context().meta[_REST]
    # In JSON mode stdout is ours, so pytest's words go to stderr.
    stdout = sys.stderr if out.as_json else None
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", *["-q"] * out.quiet, *rest],
        cwd=directory,
        stdout=stdout,
        check=False,
    )
    if ended.returncode == NO_TESTS:
        out.say(f"{directory} holds no tests")
    if out.as_json:
        out.line({"ok": ended.returncode == 0, "pytest_exit_code": ended.returncode})
    if ended.returncode:
        raise _exits.Stop(ExitCode.FAILED)
