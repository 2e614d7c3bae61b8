"""``qrt test``: the project's own tests with the pytest plugin."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from toolkit.cli import _exits, _inputs, _kill_resume, _local_run, _settings
from toolkit.cli._output import speaks
from toolkit.errors import ExitCode, ToolkitError

if TYPE_CHECKING:
    from toolkit.cli._output import Output

NO_TESTS = 5  # pytest's exit code when it collected nothing
_SETTINGS = ("backend", "shots", "seed", "max-time", "isolation")
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
@_kill_resume.option
@_inputs.option
@_settings.option("backend")
@_settings.option("shots")
@_settings.option("seed")
@_settings.option("max-time")
@_settings.option("isolation")
@speaks
def command(
    *,
    directory: Path,
    kills: int | None,
    inputs: tuple[str, ...],
    sample: str | None,
    out: Output,
) -> None:
    """Run the tests of the project in DIRECTORY; words after -- go to pytest.

    Inputs and settings are those of the runs that --kill-resume makes.
    """
    rest = click.get_current_context().meta[_REST]
    if kills is None:
        _refuse_words_of_runs()
        _run_pytest(directory, rest, out)
        return
    if rest:
        raise click.UsageError("--kill-resume runs no pytest for words after --.")
    request = _local_run.Request(
        directory=directory, inputs=inputs, sample=sample, twice=True
    )
    _kill_resume.test(request, kills, out)


def _refuse_words_of_runs() -> None:
    """Do not ignore in silence what only a run would heed."""
    context = click.get_current_context()
    words = {"-i": "inputs", "--sample": "sample"}
    words |= {f"--{name}": name.replace("-", "_") for name in _SETTINGS}
    given = click.core.ParameterSource.COMMANDLINE
    asked = [
        word
        for word, name in words.items()
        if context.get_parameter_source(name) is given
    ]
    if asked:
        raise click.UsageError(
            f"{', '.join(asked)} has no effect on the project's tests; it goes with "
            "--kill-resume."
        )


def _run_pytest(directory: Path, rest: list[str], out: Output) -> None:
    import importlib.util  # noqa: PLC0415

    if importlib.util.find_spec("pytest") is None:
        raise ToolkitError(
            "pytest is not installed.", hint="python -m pip install pytest"
        )
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
