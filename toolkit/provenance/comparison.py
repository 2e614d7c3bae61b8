"""In what two jobs differ."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Final

from program_runtime import codec
from program_runtime.client.job_curves import Curves, Point
from program_runtime.errors import CodecError
from toolkit.provenance.facts import facts_of
from toolkit.provenance.leaves import Leaf, leaves
from toolkit.provenance.record import JobRecord, result_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["Comparison", "Row", "compare", "first_difference", "said", "said_in"]

_EFFECTS: Final = frozenset(
    (
        *("job", "created", "started", "ended", "attempts", "waited_s", "ran_s"),
        *("status", "failure", "inputs", "seed_drawn", "usage"),
    )
)
"""What differs without being a cause; inputs are looked at closer."""
_MISSING: Final = "(not there)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One thing that both jobs may have; None where one has it not."""

    name: str
    one: Any
    other: Any

    @property
    def same(self) -> bool:
        """Whether both say the same; not a number is itself."""
        return bool(self.one == self.other) or repr(self.one) == repr(self.other)

    @property
    def is_cause(self) -> bool:
        """Whether it is a fact that other numbers may come from."""
        return self.name.partition(".")[0] not in _EFFECTS

    @property
    def difference(self) -> float | None:
        """The other number minus the first, where both are numbers."""
        if _is_number(self.one) and _is_number(self.other):
            return float(self.other - self.one)
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two jobs side by side."""

    facts: tuple[Row, ...]
    inputs: tuple[Row, ...]
    results: tuple[Row, ...]
    """What stands at each place of the decoded results."""
    curves: Mapping[str, tuple[list[Point], list[Point]]]
    """Of interim results and metrics, by name."""
    first_difference: str | None
    """In the order of a run: inputs, release, options, interim results, result."""
    parted_at: str | None
    """Where interim results or results first differ; None if they do not."""


def compare(one: JobRecord, other: JobRecord) -> Comparison:
    """Hold two jobs against each other.

    Args:
        one: A job.
        other: Another job, of the same service or another, or from a capsule.
    """
    facts = _rows(_flat(facts_of(one)), _flat(facts_of(other)))
    inputs = _rows(_leaves(one.inputs, "inputs"), _leaves(other.inputs, "inputs"))
    parted = first_difference(said_in(one), said_in(other))
    causes = (*inputs, *(row for row in facts if row.is_cause))
    cause = next((row for row in causes if not row.same), None)
    return Comparison(
        facts=facts,
        inputs=inputs,
        results=_rows(
            _leaves(result_text(one), "result"), _leaves(result_text(other), "result")
        ),
        curves=_curves(one, other),
        first_difference=_told(cause) if cause else parted,
        parted_at=parted,
    )


def first_difference(
    one: list[tuple[str, str]], other: list[tuple[str, str]]
) -> str | None:
    """Say where two runs first said something else; None if they never did.

    Args:
        one: What one said in order, each as a name and its encoded text.
        other: What the other said.
    """
    for mine, theirs in zip_longest(one, other):
        if mine == theirs:
            continue
        if mine is None or theirs is None:
            which, (name, _) = ("first", mine) if mine else ("second", theirs)
            return f"{name}: only the {which} has it"
        if mine[0] != theirs[0]:
            return f"{mine[0]}, where the other has {theirs[0]}"
        rows = _rows(_leaves(mine[1], mine[0]), _leaves(theirs[1], theirs[0]))
        row = next((row for row in rows if not row.same), None)
        if row is not None:
            return _told(row)
        if _same_json(mine[1], theirs[1]):
            continue
        return f"{mine[0]}: beyond what is compared as numbers"
    return None


def _flat(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Give what a fact holds names of its own, such as ``versions.qiskit``."""
    flat: dict[str, Any] = {}
    for name, value in facts.items():
        inner = value if isinstance(value, dict) else {}
        flat |= {f"{name}.{k}": v for k, v in inner.items()} or {name: value}
    return flat


def _rows(one: Mapping[str, Any], other: Mapping[str, Any]) -> tuple[Row, ...]:
    names = dict.fromkeys((*one, *other))
    return tuple(
        Row(name=n, one=one.get(n, _MISSING), other=other.get(n, _MISSING))
        for n in names
    )


def _leaves(text: str | None, name: str) -> dict[str, Leaf]:
    return {} if text is None else leaves(_decoded(text), name)


def _decoded(text: str) -> Any:
    try:
        return codec.decode(text)
    except CodecError:  # the program's own encoding
        return text


def said_in(record: JobRecord) -> list[tuple[str, str]]:
    """Return what a job said: interim results, then the result, encoded, by name."""
    return said(
        event
        if event.blob is None
        else event._replace(data=record.payload(event), blob=None)
        for event in record.events
    )


def said(events: Iterable[Any]) -> list[tuple[str, str]]:
    """Return what events say, as `said_in` does."""
    texts, count = [], 0
    for event in events:
        if event.type == "interim":
            count += 1
            texts.append((f"interim result {count}", event.data or ""))
        elif event.type == "result":
            texts.append(("result", event.data or ""))
    return texts


def _same_json(one: str, other: str) -> bool:
    """Whether two texts hold the same, laid out in two ways perhaps."""
    try:
        return repr(json.loads(one)) == repr(json.loads(other))
    except ValueError:
        return False


def _curves(
    one: JobRecord, other: JobRecord
) -> dict[str, tuple[list[Point], list[Point]]]:
    first, second = Curves(), Curves()
    first.feed(one.events)
    second.feed(other.events)
    names = dict.fromkeys((*first.names(), *second.names()))
    return {name: (first.points(name), second.points(name)) for name in names}


def _told(row: Row) -> str:
    return f"{row.name}: {_shown(row.one)} and {_shown(row.other)}"


def _shown(value: Any) -> str:
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
