"""The table for people."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

COLUMNS = ("off", "none", "reduced", "strong")


def lines(report: dict[str, Any]) -> Iterator[str]:
    """The report as text: a row an attack, a column a level, then what is wrong."""
    columns = [name for name in COLUMNS if name in report["columns"]]
    width = max((len(name) for name in report["rows"]), default=10)
    yield f"attacks as {report['user']}"
    yield f"{'':{width}}  {'  '.join(f'{name:12}' for name in columns)}"
    for name, row in report["rows"].items():
        cells = (row.get(column, {}).get("word", "") for column in columns)
        yield f"{name:{width}}  {'  '.join(f'{cell:12}' for cell in cells)}"
    for name, row in report["rows"].items():
        for column, cell in row.items():
            if not cell["good"]:
                yield f"\n{name} at {column}: {cell['word']}\n    {cell['reason']}"
    for level, reason in report["not_offered"].items():
        yield f"\nnot offered here: {level}: {reason}"
    for trouble in report["troubles"]:
        yield f"\nTROUBLE: {trouble}"
    yield ""
    yield count(report)


def count(report: dict[str, Any]) -> str:
    """One line with the figures."""
    parts = []
    for column in COLUMNS:
        words = Counter(
            row[column]["word"] for row in report["rows"].values() if column in row
        )
        if words:
            told = ", ".join(f"{n} {w}" for w, n in sorted(words.items()) if w != "-")
            parts.append(f"{column}: {told}")
    bad = sum(
        not cell["good"] for row in report["rows"].values() for cell in row.values()
    )
    bad += len(report["troubles"])
    return f"{len(report['rows'])} programs as {report['user']}; {'; '.join(parts)}; {bad} wrong; {report['seconds']:.0f} s"
