"""``qrt check``: every finding at once; the program is never imported."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from toolkit.cli import _exits
from toolkit.cli._output import speaks
from toolkit.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from toolkit.checks import Finding, Judgement
    from toolkit.checks.fixes import FixPlan
    from toolkit.cli._output import Output

_STDOUT = "-"


@click.command("check")
@click.argument("directory", type=click.Path(path_type=Path), default=".")
@click.option("--strict", is_flag=True, help="Warnings fail, too.")
@click.option("--fix", is_flag=True, help="Mend what can be mended in one way only.")
@click.option(
    "--diff", is_flag=True, help="Show what --fix would change; write nothing."
)
@click.option(
    "--sarif",
    metavar="FILE",
    help="Write the findings as SARIF 2.1.0, '-' for stdout.",
)
@click.option("--no-ruff", is_flag=True, help="Do not ask Ruff, though it is there.")
@speaks
def command(
    *,
    directory: Path,
    strict: bool,
    fix: bool,
    diff: bool,
    sarif: str | None,
    no_ruff: bool,
    out: Output,
) -> None:
    """Find what is wrong with the project in DIRECTORY."""
    from toolkit import checks  # noqa: PLC0415

    _require_one_answer(as_json=out.as_json, diff=diff, fix=fix, sarif=sarif)
    if diff:
        _show_diff(directory, out)
        return
    answer: dict[str, Any] = {}
    if fix:
        answer["fixed"] = _mend(directory, out)
    judged = checks.judge(directory, strict=strict)
    findings = _with_ruff(judged, strict=strict, no_ruff=no_ruff)
    errors = [f for f in findings if f.severity == "error"]
    if sarif is not None:
        _write_sarif(sarif, findings, judged, out)
    if sarif != _STDOUT:
        ignored = len(judged.ignored)
        said = {"ok": not errors, "findings": as_json(findings), "ignored": ignored}
        out.data({**said, **answer}, "\n".join(lines(findings)))
    out.say(_summary(len(findings), len(judged.ignored)))
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


def _require_one_answer(
    *, as_json: bool, diff: bool, fix: bool, sarif: str | None
) -> None:
    if diff and (fix or sarif is not None):
        raise UsageError("--diff shows what --fix would do, and goes with neither.")
    if as_json and sarif == _STDOUT:
        raise UsageError(
            "Either JSON or SARIF can be on stdout.", hint="Name a file for --sarif."
        )


def _with_ruff(judged: Judgement, *, strict: bool, no_ruff: bool) -> list[Finding]:
    """Add what Ruff finds, where it is wanted and there."""
    from dataclasses import replace  # noqa: PLC0415

    from toolkit.checks import Severity, ruff  # noqa: PLC0415

    if no_ruff or not judged.context.preferences.ruff:
        return list(judged.findings)
    unreadable = {f.file for f in judged.findings if f.code == "QRT106"}
    found = [f for f in ruff.run_ruff(judged.context.root) if f.file not in unreadable]
    if strict:
        found = [replace(finding, severity=Severity.ERROR) for finding in found]
    every = [*judged.findings, *found]
    return sorted(every, key=lambda f: (f.path or "", f.line or 0))


def _mend(directory: Path, out: Output) -> list[dict[str, Any]]:
    from toolkit.checks import fixes  # noqa: PLC0415

    plan = fixes.plan_fixes(directory)
    plan.write()
    for made in plan.fixes:
        out.say(f"mended {made}")
    return _fixes_json(plan)


def _show_diff(directory: Path, out: Output) -> None:
    from toolkit.checks import fixes  # noqa: PLC0415

    plan = fixes.plan_fixes(directory)
    diff = plan.diff()
    answer = {"ok": not plan.fixes, "fixes": _fixes_json(plan), "diff": diff}
    out.data(answer, diff.removesuffix("\n"))
    count = len(plan.fixes)
    out.say(f"--fix would mend {count} finding{'s' * (count != 1)}")
    if count:
        raise _exits.Stop(ExitCode.FINDINGS)


def _fixes_json(plan: FixPlan) -> list[dict[str, Any]]:
    return [
        {"code": f.code, "path": f.path, "line": f.line, "message": f.message}
        for f in plan.fixes
    ]


def _write_sarif(
    where: str, findings: Sequence[Finding], judged: Judgement, out: Output
) -> None:
    from importlib.metadata import version  # noqa: PLC0415

    from toolkit.checks import sarif  # noqa: PLC0415

    log = sarif.sarif_log(
        findings,
        judged.ignored,
        root=judged.context.root,
        base=Path.cwd(),
        version=version("qiskit-program-toolkit"),
    )
    text = json.dumps(log, indent=2) + "\n"
    if where == _STDOUT:
        out.text(text)
    else:
        Path(where).write_text(text, encoding="utf-8")


def _summary(count: int, ignored: int) -> str:
    said = "no findings" if not count else f"{count} finding{'s' * (count > 1)}"
    return f"{said}, {ignored} ignored" if ignored else said
