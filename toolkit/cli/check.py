"""``qrt check``: every finding at once; the program is never imported."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from toolkit.cli import _exits
from toolkit.cli._output import speaks
from toolkit.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from toolkit.checks import Finding
    from toolkit.cli._output import Output


@click.command("check")
@click.argument("directory", type=click.Path(path_type=Path), default=".")
@click.option("--strict", is_flag=True, help="Warnings fail, too.")
@speaks
def command(*, directory: Path, strict: bool, out: Output) -> None:
    """Find what is wrong with the project in DIRECTORY."""
    from toolkit import checks  # noqa: PLC0415

    findings = checks.run_checks(directory, strict=strict)
    errors = [f for f in findings if strict or f.severity == "error"]
    answer = {"ok": not errors, "findings": as_json(findings)}
    out.data(answer, "\n".join(lines(findings)))
    count = len(findings)
    out.say("no findings" if not count else f"{count} finding{'s' * (count > 1)}")
    if errors:
        raise _exits.Stop(ExitCode.FINDINGS)


def lines(findings: Sequence[Finding]) -> Iterator[str]:
    """Write findings for people: where, what, and how to mend it."""
    for finding in findings:
        where = finding.path or "project"
        where += f":{finding.line}" if finding.line else ""
        yield f"{where}: {finding.severity} {finding.code} {finding.message}"
        if finding.hint:
            yield f"    {finding.hint}"


def as_json(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """Give findings their JSON form."""
    return [
        {
            "severity": str(finding.severity),
            "code": finding.code,
            "message": finding.message,
            "hint": finding.hint,
            "path": finding.path,
            "line": finding.line,
        }
        for finding in findings
    ]
