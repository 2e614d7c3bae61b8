"""What a run asked of its backend, as a table for people."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from toolkit.cli._output import Output
    from toolkit.harness.budget.counts import Counts
    from toolkit.harness.budget.measurement import Measurement

_HEADINGS = (
    "",
    "calls",
    "PUBs",
    "circuits",
    "shots",
    "depth",
    "two-qubit gates",
    "QPU s",
)
_MOST_ROWS = 20


def table(found: Measurement, out: Output) -> str:
    """Lay out a row for each iteration; equal ones that follow each other share one."""
    rows = list(_iterations(found.iterations))
    if len(rows) > _MOST_ROWS:
        rows = [_range(found.iterations)]
    if found.rest.calls:
        name = "after the last" if found.iterations else "no iterations"
        rows.append(_row(name, found.rest))
    return out.table(_HEADINGS, [*rows, _row("in all", found.total)])


def explain(found: Measurement, out: Output) -> None:
    """Say what the numbers mean where that is not plain."""
    if found.total.qpu_s is not None and found.calls:
        out.say(
            f"QPU s: an estimate for {found.backend}, 2 s a call and for each shot "
            "rep_delay and the circuit's duration"
        )
    if any(call.exact for call in found.calls):
        out.say(
            "exact expectation values take no shots here; a device measures every "
            "basis with shots of its own"
        )


def _iterations(iterations: Sequence[Counts]) -> Iterator[list[str]]:
    first = 1
    for counts, group in groupby(iterations):
        last = first + len(list(group)) - 1
        if first == last:
            yield _row(f"iteration {first}", counts)
        else:
            yield _row(f"iterations {first}-{last}, each", counts)
        first = last + 1


def _row(name: str, counts: Counts) -> list[str]:
    return [name, *_cells(counts)]


def _range(iterations: Sequence[Counts]) -> list[str]:
    """Say from where to where the numbers of many unlike iterations go."""
    from toolkit.project.budget_limits import written  # noqa: PLC0415

    cells = []
    for name in _NAMES:
        numbers = [getattr(counts, name) for counts in iterations]
        if None in numbers:
            cells.append("?")
            continue
        low, high = written(min(numbers)), written(max(numbers))
        cells.append(low if low == high else f"{low} - {high}")
    return [f"iterations 1-{len(iterations)}, each", *cells]


_NAMES = ("calls", "pubs", "circuits", "shots", "depth", "two_qubit_gates", "qpu_s")


def _cells(counts: Counts) -> list[str]:
    from toolkit.project.budget_limits import written  # noqa: PLC0415

    numbers = [getattr(counts, name) for name in _NAMES]
    return ["?" if number is None else written(number) for number in numbers]
