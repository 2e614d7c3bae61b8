"""The parity report at the end of a local run, for people and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from toolkit.cli import check

if TYPE_CHECKING:
    from toolkit.cli._output import Output
    from toolkit.harness import ParityReport

MIB = 1024 * 1024


def show(report: ParityReport, out: Output) -> None:
    """Say what would differ on the service, and how near the limits the run came."""
    for finding in report.findings:
        out.say(f"parity: {finding.code} {finding.path}: {finding.message}")
        if finding.hint:
            out.say(f"    {finding.hint}")
    if report.ok:
        seen = report.interim_examined
        what = f"inputs, result and {seen} interim results"
        out.say(f"parity: {what} cross the wire unchanged and fit their schemas")
    used = [text for measure in report.measures if (text := _used(measure))]
    if used:
        out.say("parity: " + ", ".join(used))


def as_json(report: ParityReport) -> dict[str, Any]:
    """Give the report its JSON form."""
    return {
        "ok": report.ok,
        "findings": check.as_json(report.findings),
        "interim_examined": report.interim_examined,
        "interim_total": report.interim_total,
        "measures": [
            {"name": m.name, "value": m.value, "limit": m.limit, "unit": m.unit}
            for m in report.measures
        ],
    }


def _used(measure: Any) -> str:
    """Say one measure with its limit: ``time 0.31 s of 300 s``."""
    if not measure.value:
        return ""
    value = _amount(measure.value, measure.unit)
    limit = f" of {_amount(measure.limit, measure.unit)}" if measure.limit else ""
    return f"{measure.name} {value}{limit}"


def _amount(number: float, unit: str) -> str:
    if unit == "bytes":
        if number >= MIB:
            return f"{number / MIB:.3g} MiB"
        return f"{number:.0f} B"
    return f"{number:.3g} {unit}"
