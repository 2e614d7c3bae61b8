"""How a comparison of two jobs looks to a person."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from toolkit.cli import _records, _show, _terminal
from toolkit.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from toolkit.cli._output import Output
    from toolkit.provenance import Comparison, Row

_ROWS = 20
_CURVES = 8
_WIDTH = 40
_CELL = 36
_UNLIKE = "≠"


def text(found: Comparison, ids: tuple[str, str], out: Output) -> str:
    """Lay out a comparison: what differs is marked; long tables are cut."""
    blocks = [
        _facts(found, out),
        _rows("INPUT", found.inputs, "the inputs are the same", out),
        _rows("RESULT", found.results, "the results are the same", out),
        *(
            _overlaid(name, both, ids)
            for name, both in list(found.curves.items())[:_CURVES]
        ),
        _verdict(found),
    ]
    return "\n\n".join(block for block in blocks if block)


def draw(found: Comparison, ids: tuple[str, str], target: Path) -> None:
    """Draw the curves with matplotlib, a panel for each number.

    Raises:
        UsageError: matplotlib is not installed, there is no curve, or the name of the
            file says no format that it writes.
    """
    try:
        from matplotlib.figure import Figure  # noqa: PLC0415 - an extra, and slow
    except ImportError as err:
        raise UsageError(
            "--save draws with matplotlib, which is not installed.",
            hint="pip install 'qiskit-program-toolkit[plots]'",
        ) from err
    curves = list(found.curves.items())[:_CURVES]
    if not curves:
        raise UsageError("Neither job has published a number to draw.")
    figure = Figure(figsize=(7, 2.6 * len(curves)), layout="constrained")
    panels = figure.subplots(len(curves), squeeze=False)[:, 0]
    for panel, (name, both) in zip(panels, curves, strict=True):
        for job_id, points, style in zip(ids, both, ("-", "--"), strict=True):
            panel.plot(*zip(*points, strict=True), style, label=job_id) if points else 0
        panel.set_ylabel(name or "interim result")
    panels[-1].set_xlabel("step")
    panels[0].legend()
    try:
        figure.savefig(target)
    except ValueError as err:
        raise UsageError(f"{target} can not be drawn: {err}") from err


def _facts(found: Comparison, out: Output) -> str:
    lines = [
        (row.name, _cell(row.one), _cell(row.other), _mark(row))
        for row in found.facts
        if _mark(row) or ("." not in row.name and (row.one, row.other) != (None, None))
    ]
    return out.table(("FACT", "ONE", "OTHER", ""), lines)


def _mark(row: Row) -> str:
    """Mark what may explain other numbers."""
    return _UNLIKE if row.is_cause and not row.same else ""


def _rows(heading: str, rows: Sequence[Row], if_same: str, out: Output) -> str:
    unlike = [row for row in rows if not row.same]
    if not rows:
        return ""
    if not unlike:
        return f"{if_same} ({len(rows)} value{'s' * (len(rows) != 1)})"
    lines = [
        (row.name, _cell(row.one), _cell(row.other), _difference(row))
        for row in unlike[:_ROWS]
    ]
    table = out.table((heading, "ONE", "OTHER", "DIFFERENCE"), lines)
    rest = f" (the first {_ROWS} are shown)" if len(unlike) > _ROWS else ""
    return f"{table}\n{len(unlike)} of {len(rows)} values differ{rest}"


def _overlaid(
    name: str, both: tuple[list[Any], list[Any]], ids: tuple[str, str]
) -> str:
    """One curve above the other, on the same scales of steps and of values."""
    numbers = [number for points in both for _, number in points]
    low, high = min(numbers), max(numbers)
    longest = max(len(points) for points in both)
    widest = max(map(len, ids))
    lines = [
        f"{_terminal.one_line(name) or 'interim results'}  {low:.6g} to {high:.6g}"
    ]
    for job_id, points in zip(ids, both, strict=True):
        curve = _bars([y for _, y in points], low, high, longest)
        last = f"{points[-1][1]:.10g}" if points else "-"
        lines.append(f"  {job_id:{widest}}  {curve:{_WIDTH}}  {last}  ({len(points)})")
    return "\n".join(lines)


def _bars(values: Sequence[float], low: float, high: float, longest: int) -> str:
    step = max(1, math.ceil(longest / _WIDTH))
    span = (high - low) or 1.0
    top = len(_show.BARS) - 1
    return "".join(_show.BARS[round((v - low) / span * top)] for v in values[::step])


def _verdict(found: Comparison) -> str:
    if found.first_difference is None:
        return "nothing differs but ids and times"
    first = f"first difference: {_terminal.one_line(found.first_difference)}"
    if found.parted_at is None:
        return f"{first}\ninterim results and result are the same all the same"
    if found.parted_at == found.first_difference:
        return first
    return f"{first}\nnumbers part at: {_terminal.one_line(found.parted_at)}"


def _difference(row: Row) -> str:
    return _UNLIKE if row.difference is None else f"{row.difference:+.6g}"


def _cell(value: Any) -> str:
    shown = _records.shown(value)
    return shown if len(shown) <= _CELL else shown[: _CELL - 1] + "…"
