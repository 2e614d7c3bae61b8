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


@click.command("test", context_settings={"ignore_unknown_options": True})
@click.argument("directory", type=click.Path(path_type=Path), default=".")
@click.argument("pytest_args", nargs=-1, type=click.UNPROCESSED)
@speaks
def command(*, directory: Path, pytest_args: tuple[str, ...], out: Output) -> None:
    """Run the tests of the project in DIRECTORY; words after -- go to pytest."""
    import importlib.util  # noqa: PLC0415

    if importlib.util.find_spec("pytest") is None:
        raise ToolkitError(
            "pytest is not installed.", hint="python -m pip install pytest"
        )
    # In JSON mode stdout is ours, so pytest's words go to stderr.
    stdout = sys.stderr if out.as_json else None
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", *pytest_args],
        cwd=directory,
        stdout=stdout,
        check=False,
    )
    if ended.returncode == NO_TESTS:
        out.say(f"{directory} holds no tests")
    if out.as_json:
        out.data({"ok": ended.returncode == 0, "pytest_exit_code": ended.returncode})
    if ended.returncode:
        raise _exits.Stop(ExitCode.FAILED)
