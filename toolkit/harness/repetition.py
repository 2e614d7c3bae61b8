"""Do two runs with one seed say the same?"""

from __future__ import annotations

from dataclasses import replace
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from program_runtime import codec, execution
from program_runtime.errors import CodecError
from toolkit.checks.finding import Code, Severity
from toolkit.harness import comparison

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from toolkit.checks.finding import Finding
    from toolkit.harness.run import HarnessRun

__all__ = ["CODES", "with_repetition"]

NOT_REPEATED = Code("QRT507", Severity.WARNING, "Two runs with one seed differ")
CODES = (NOT_REPEATED,)

HINT = (
    "Seed every random number generator from an input, pass seed_transpiler=..., and "
    "depend on no clock and no order of a set."
)


def with_repetition(
    first: HarnessRun, second: HarnessRun, *, ignored: Collection[str] = ()
) -> HarnessRun:
    """Add to a run's report in what a second one with the same seed differed.

    Args:
        first: The run that counts.
        second: The other one.
        ignored: Codes that the project does not want to hear.

    Returns:
        The first run; only its report is another one.
    """
    found = tuple(f for f in _findings(first, second) if f.code not in ignored)
    report = replace(first.report, findings=(*first.report.findings, *found))
    return replace(first, report=report)


def _findings(first: HarnessRun, second: HarnessRun) -> Iterator[Finding]:
    """The first difference of each kind: what follows it is its consequence."""
    if first.outcome.status is not second.outcome.status:
        statuses = f"{first.outcome.status}, then {second.outcome.status}"
        yield NOT_REPEATED.finding(f"The runs ended {statuses}.", path="status")
        return
    kinds = execution.EventType
    for kind, name in ((kinds.INTERIM, "interim result"), (kinds.RESULT, "result")):
        texts = zip_longest(_texts(first, kind), _texts(second, kind))
        for number, (one, other) in enumerate(texts):
            path = f"{name} {number}" if kind is kinds.INTERIM else name
            difference = _difference(one, other, path)
            if difference is not None:
                yield difference
                break


def _texts(run: HarnessRun, kind: execution.EventType) -> list[str]:
    return [event.data or "" for event in run.events if event.type == kind]


def _difference(one: str | None, other: str | None, path: str) -> Finding | None:
    if one == other:
        return None
    if one is None or other is None:
        which = "second" if one is None else "first"
        message = f"Only the {which} run has it."
        return NOT_REPEATED.finding(message, path=path, hint=HINT)
    for difference in comparison.differences(_decoded(one), _decoded(other), path):
        return NOT_REPEATED.finding(
            "The second run has something else here.",
            path=difference.path,
            hint=HINT,
        )
    return None  # other texts of equal values


def _decoded(text: str) -> Any:
    try:
        return codec.decode(text)
    except CodecError:  # the program's own encoding
        return text
