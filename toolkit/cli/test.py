"""``qrt test``: the project's own tests with the pytest plugin."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from toolkit.cli import (
    _exits,
    _inputs,
    _kill_resume,
    _local_run,
    _matrix,
    _settings,
)
from toolkit.cli._output import speaks
from toolkit.errors import ExitCode, ToolkitError

if TYPE_CHECKING:
    from toolkit.cli._output import Output

NO_TESTS = 5  # pytest's exit code when it collected nothing
NO_TEST = "{} holds no tests"
NO_TEST_OF_BACKENDS = "no test of {} asks for backend_name"
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
@_matrix.options
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
    backends: tuple[str, ...] | None,
    places: tuple[str, ...],
    repeat: int | None,
    inputs: tuple[str, ...],
    sample: str | None,
    out: Output,
) -> None:
    """Run the tests of the project in DIRECTORY; words after -- go to pytest.

    Inputs and settings are those of the runs that --kill-resume and --backends make.
    """
    rest = click.get_current_context().meta[_REST]
    request = _local_run.Request(
        directory=directory, inputs=inputs, sample=sample, twice=True
    )
    _refuse_words_for_others(kills, backends)
    if kills is not None:
        if rest:
            raise click.UsageError("--kill-resume runs no pytest for words after --.")
        _kill_resume.test(request, kills, out)
    elif backends is not None:
        columns = _matrix.compare(
            request, backends, places=places, repeat=repeat, out=out
        )
        words = [f"--qrt-backends={','.join(backends)}", *rest]
        code = _run_pytest(directory, words, out, none=NO_TEST_OF_BACKENDS)
        ok = code in (0, NO_TESTS) and not any(column.failure for column in columns)
        _conclude(code, out, ok=ok, matrix=_matrix.as_json(columns))
    else:
        code = _run_pytest(directory, rest, out, none=NO_TEST)
        _conclude(code, out, ok=code == 0)


def _refuse_words_for_others(
    kills: int | None, backends: tuple[str, ...] | None
) -> None:
    """Do not ignore in silence what only another kind of test would heed."""
    context = click.get_current_context()
    of_runs = {"-i": "inputs", "--sample": "sample"}
    of_runs |= {f"--{name}": name.replace("-", "_") for name in _SETTINGS}
    of_matrix = {"--value": "places", "--repeat": "repeat"}

    def given(words: dict[str, str]) -> str:
        source = click.core.ParameterSource.COMMANDLINE
        return ", ".join(
            word
            for word, name in words.items()
            if context.get_parameter_source(name) is source
        )

    if kills is not None and backends is not None:
        raise click.UsageError("Say --kill-resume or --backends, not both.")
    if kills is None and backends is None and (asked := given(of_runs)):
        raise click.UsageError(
            f"{asked} has no effect on the project's tests; it goes with "
            "--kill-resume or --backends."
        )
    if backends is None and (asked := given(of_matrix)):
        raise click.UsageError(f"{asked} has no effect without --backends.")
    if backends is not None and (asked := given({"--backend": "backend"})):
        raise click.UsageError(f"{asked} is one backend; name it in --backends.")


def _run_pytest(directory: Path, words: list[str], out: Output, *, none: str) -> int:
    """Run pytest; return its exit code."""
    import importlib.util  # noqa: PLC0415

    if importlib.util.find_spec("pytest") is None:
        raise ToolkitError(
            "pytest is not installed.", hint="python -m pip install pytest"
        )
    # In JSON mode stdout is ours, so pytest's words go to stderr.
    stdout = sys.stderr if out.as_json else None
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", *["-q"] * out.quiet, *words],
        cwd=directory,
        stdout=stdout,
        check=False,
    )
    if ended.returncode == NO_TESTS:
        out.say(none.format(directory))
    return ended.returncode


def _conclude(code: int, out: Output, *, ok: bool, **more: Any) -> None:
    """Say in JSON how it ended; choose the exit code."""
    if out.as_json:
        out.line({"ok": ok, "pytest_exit_code": code, **more})
    if not ok:
        raise _exits.Stop(ExitCode.FAILED)
