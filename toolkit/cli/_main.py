"""The door: what ends a command becomes text for people or JSON, and an exit code."""

from __future__ import annotations

import itertools
import os
import re
from typing import TYPE_CHECKING

import click

from toolkit.cli import _commands, _exits, _terminal
from toolkit.cli._output import Output
from toolkit.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Sequence

_COMMON = r"--json|--quiet|-[qv]+"


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
    words = _common_last(argv)
    ours = words[: words.index("--")] if "--" in words else words
    out = Output(
        as_json="--json" in ours,
        verbose=sum(word.count("v") for word in ours if re.fullmatch("-v+", word)),
    )
    if "_QRT_COMPLETE" in os.environ:
        from toolkit.cli import _shells  # noqa: PLC0415 - a shell asks

        _shells.register()
    try:
        outcome = qrt.main(words, prog_name="qrt", standalone_mode=False)
    except _exits.Stop as stop:
        return stop.exit_code
    except click.exceptions.NoArgsIsHelpError as help_page:
        help_page.show()
        return ExitCode.USAGE
    except (KeyboardInterrupt, click.Abort):
        return report(_exits.Interrupted("Interrupted."), out)
    except Exception as error:  # noqa: BLE001 - the process boundary
        return report(error, out)
    return outcome if isinstance(outcome, int) else ExitCode.OK


def _common_last(argv: Sequence[str]) -> list[str]:
    """Let ``qrt --json jobs`` be ``qrt jobs --json``."""
    words = list(argv)
    common = list(itertools.takewhile(re.compile(_COMMON).fullmatch, words))
    rest = words[len(common) :]
    end = rest.index("--") if "--" in rest else len(rest)
    return [*rest[:end], *common, *rest[end:]] if rest else words


def report(error: Exception, out: Output) -> int:
    """Print an error in the asked form.

    Returns:
        The exit code that it asks for.
    """
    failure = _exits.describe(error)
    if out.as_json:
        out.line({"error": failure.to_dict()})
    elif isinstance(error, _exits.Interrupted):
        out.say(failure.message)
    else:
        out.complain(failure.message)
        for finding in failure.findings:
            mend = f" ({finding['hint']})" if "hint" in finding else ""
            out.say(f"  {finding['path']}: {finding['message']}{mend}")
    if failure.hint and not out.as_json:
        out.hint(failure.hint)
    if out.verbose:
        import traceback  # noqa: PLC0415 - only when asked

        lines = "".join(traceback.format_exception(error))
        click.echo(_terminal.safe(lines), err=True, nl=False)
    return failure.exit_code
