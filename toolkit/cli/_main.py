"""The door: what ends a command becomes text for people or JSON, and an exit code."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

from toolkit.cli import _commands, _exits
from toolkit.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Sequence


@click.group(
    cls=_commands.LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Documentation: README.md, docs/. Every command takes --json and --help.",
)
@click.version_option(package_name="qiskit-program-toolkit", prog_name="qrt")
def qrt() -> None:
    """Write, check, run, publish and use hybrid quantum-classical programs."""


def run(argv: Sequence[str]) -> int:
    """Run one command line.

    Args:
        argv: The words after ``qrt``.

    Returns:
        The exit code (see ``toolkit.errors.ExitCode``).
    """
    words = list(argv)
    as_json = "--json" in (words[: words.index("--")] if "--" in words else words)
    try:
        outcome = qrt.main(words, prog_name="qrt", standalone_mode=False)
    except _exits.Stop as stop:
        return stop.exit_code
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted", err=True)
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        # The reader of our stdout left (`qrt jobs | head`): no error of ours.
        sys.stderr.close()
        return ExitCode.OK
    except click.exceptions.NoArgsIsHelpError as help_page:
        help_page.show()
        return ExitCode.USAGE
    except Exception as error:  # noqa: BLE001 - the process boundary
        return _report(error, as_json=as_json, verbose="-v" in words)
    return outcome if isinstance(outcome, int) else ExitCode.OK


def _report(error: Exception, *, as_json: bool, verbose: bool) -> int:
    """Print an error in the asked form and choose the exit code."""
    failure = _exits.describe(error)
    if as_json:
        click.echo(json.dumps({"error": failure.to_dict()}))
    else:
        click.echo(f"error: {failure.message}", err=True)
        for finding in failure.findings:
            mend = f" ({finding['hint']})" if "hint" in finding else ""
            click.echo(f"  {finding['path']}: {finding['message']}{mend}", err=True)
        if failure.hint:
            click.echo(f"hint: {failure.hint}", err=True)
    if verbose or failure.exit_code == ExitCode.INTERNAL:
        import traceback  # noqa: PLC0415 - only when something broke

        if verbose:
            traceback.print_exception(error, file=sys.stderr)
    return failure.exit_code
