"""The parity report at the end of a local run, for people and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from toolkit.cli import check

if TYPE_CHECKING:
    from collections.abc import Mapping

    from toolkit.cli._output import Output
    from toolkit.harness import HarnessRun, ParityReport

_UNITS = (("GiB", 1024**3), ("MiB", 1024**2), ("KiB", 1024))


def show(
    run: HarnessRun, spec: Mapping[str, Any], out: Output, *, twice: bool = False
) -> None:
    """Say what would differ on the service, and how near the limits the run came.

    What is said is what was looked at: inputs are compared with what arrives of
    them; of messages the parent sees the text alone, so that it can be said that
    callers read it, and not that it is what the program meant.
    """
    report = run.report
    for finding in report.findings:
        out.say(f"parity: {finding.code} {finding.path}: {finding.message}")
        if finding.hint:
            out.say(f"    {finding.hint}")
    if report.ok:
        out.say("parity: the inputs arrive unchanged" + _messages(run, spec))
        if twice:
            out.say("parity: a second run with the same seed said the same")
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


def _messages(run: HarnessRun, spec: Mapping[str, Any]) -> str:
    """Say what is known of the messages: callers can decode them, schemas fit."""
    seen, total = run.report.interim_examined, run.report.interim_total
    has_result = any(event.type == "result" for event in run.events)
    subjects = ["the result"] if has_result else []
    if seen:
        some = f"the first {seen} of {total}" if seen < total else str(total)
        subjects.append(f"{some} interim result{'s' * (total != 1)}")
    if not subjects:
        return ""
    judged = (not has_result or spec.get("return_values")) and (
        not seen or spec.get("interim_results")
    )
    single = subjects == ["the result"]
    fits = " and fits its schema" if single else " and fit their schemas"
    return f"; {' and '.join(subjects)} can be decoded{fits if judged else ''}"


def _used(measure: Any) -> str:
    """Say one measure with its limit: ``time 0.31 s of 300 s``."""
    if not measure.value:
        return ""
    value = _amount(measure.value, measure.unit)
    limit = f" of {_amount(measure.limit, measure.unit)}" if measure.limit else ""
    return f"{measure.name} {value}{limit}"


def _amount(number: float, unit: str) -> str:
    if unit != "bytes":
        return f"{number:.3g} {unit}"
    for name, size in _UNITS:
        if number >= size:
            return f"{number / size:.3g} {name}"
    return f"{number:.0f} B"
