"""Says how a call differs from the most similar one on the tape."""

from __future__ import annotations

import json
import re
from collections import Counter
from difflib import unified_diff
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from toolkit.harness.cassettes.content import NUMBER

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from toolkit.harness.cassettes.call import Call
    from toolkit.harness.cassettes.content import Content

__all__ = ["compared", "shown"]

_MOST_LINES = 24
_UNSTEADY = (
    "If the program makes other gates from run to run: transpile with seed_transpiler, "
    "and for a simulator that knows many gates with optimization_level=1."
)
_PLACE = re.compile(rf"{NUMBER}(?: (\d+(?:x\d+)*))?")


def compared(
    call: Call, recorded: Sequence[Call], played: Collection[int], *, tape: str
) -> str:
    """Describe a call that is not on the tape.

    Args:
        call: What was asked.
        recorded: The calls on the tape, in order.
        played: The places of those that were asked for already.
        tape: Its name.

    Returns:
        Some lines of text: ``-`` is recorded, ``+`` is asked.
    """
    if not recorded:
        return f"Nothing is recorded on {tape}, and this is asked for:\n{shown(call)}"
    done = set(played)
    distances = [
        (*_distance(call, each), place in done, place)
        for place, each in enumerate(recorded)
    ]
    place = min(distances)[-1]
    state = "played already" if place in done else "not played yet"
    head = (
        f"This circuit is not on {tape}. The nearest of its {len(recorded)} recordings "
        f"is number {place + 1}, {state} (- recorded, + asked):"
    )
    lines = [head, *_cut(_differences(recorded[place], call))]
    if recorded[place].content.lines != call.content.lines:
        lines.append(_UNSTEADY)
    return "\n".join(lines)


def shown(call: Call) -> str:
    """Write a call as text."""
    return "\n".join(_cut(f"  {line}" for line in _lines(call)))


def _distance(call: Call, other: Call) -> tuple[int, int, int, float]:
    """Tell how far two calls are apart, gates first, then numbers."""
    lines = Counter(call.content.lines)
    others = Counter(other.content.lines)
    gates = ((lines - others) + (others - lines)).total()
    settings = sum(
        getattr(call, name) != getattr(other, name)
        for name in ("shots", "memory", "options")
    )
    ours, theirs = call.numbers, other.numbers
    if len(ours) != len(theirs):
        return (call.kind != other.kind, gates, settings, float("inf"))
    return (
        call.kind != other.kind,
        gates,
        settings,
        float(np.abs(ours - theirs).sum()),
    )


def _differences(recorded: Call, asked: Call) -> Iterator[str]:
    lines = unified_diff(list(_lines(recorded)), list(_lines(asked)), n=1, lineterm="")
    for line in islice(lines, 2, None):  # without the names of two files
        yield "…" if line.startswith("@@") else line


def _lines(call: Call) -> Iterator[str]:
    """Write settings and circuit, a line for each thing that can differ."""
    if call.kind == "estimate":
        yield "exact expectation values"
    else:
        yield f"{call.shots} shots{' with memory' * call.memory}"
    for name, value in sorted(call.options.items()):
        yield f"option {name}: {json.dumps(value)}"
    yield from _filled(call.content)
    if call.observables is not None:
        for observable in _each(call.observables):
            yield from (f"{_short(value)} {word}" for word, value in observable.items())
    if call.values is not None:
        for place, values in enumerate(_rows(call.values)):
            for index, value in enumerate(values):
                yield f"set {place}: p{index} = {_short(value)}"


def _filled(content: Content) -> Iterator[str]:
    """Put the numbers back to where they belong."""
    numbers = iter(content.numbers)

    def fill(place: re.Match[str]) -> str:
        shape = [int(size) for size in place[1].split("x")] if place[1] else []
        found = [_short(value) for value in islice(numbers, int(np.prod(shape)))]
        return f"[{' '.join(found)}]" if shape else found[0]

    for line in content.lines:
        yield _PLACE.sub(fill, line)


def _short(value: float) -> str:
    """Write what counts of a number, so that equal ones look equal."""
    return f"{round(value, 9) + 0.0:.10g}"


def _each(observables: Any) -> Iterator[dict[str, float]]:
    if isinstance(observables, list):
        for each in observables:
            yield from _each(each)
    else:
        yield observables


def _rows(values: Any) -> Sequence[Sequence[float]]:
    array = np.asarray(values, dtype=float)
    return array.reshape(-1, array.shape[-1] or 1).tolist() if array.size else []


def _cut(lines: Iterator[str]) -> list[str]:
    every = list(lines)
    if len(every) <= _MOST_LINES:
        return every
    return [*every[:_MOST_LINES], f"… and {len(every) - _MOST_LINES} more lines"]
