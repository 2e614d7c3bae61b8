"""One circuit on its way to a backend, as a tape knows it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from program_runtime.execution.broker.circuits import read_circuits
from program_runtime.program.exact_request import part_pubs
from toolkit.harness.cassettes.content import Content, content_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from program_runtime.execution.broker.protocol import DeviceRun

__all__ = ["TOLERANCE", "Call", "Recording", "calls_of"]

TOLERANCE = 1e-9
"""Numbers that differ by less are the same; above 1 it is relative. What is computed
differs in its last bits by processor."""
_NOT_ASKED = frozenset({"memory", "pubs", "seed_simulator", "shots"})
"""Options that are kept elsewhere, or change nothing but the noise of the shots."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """What is asked of a backend for one circuit."""

    kind: str
    """``run`` or ``estimate``."""
    content: Content
    shots: int | None = None
    memory: bool = False
    options: Mapping[str, Any]
    """Others that were given; never a seed, which a tape has no use for."""
    observables: Any = None
    """Of an estimate: nested lists of terms such as ``{"XZ": 0.5}``."""
    values: Any = None
    """Of an estimate: angles for each set of parameters, nested lists."""

    @cached_property
    def shape(self) -> str:
        """All of it but the numbers: calls of one shape can only differ in those."""
        return json.dumps(
            [
                self.kind,
                self.content.lines,
                self.shots,
                self.memory,
                sorted(self.options.items()),
                _labels(self.observables),
                np.shape(self.values) if self.values is not None else None,
            ]
        )

    @cached_property
    def numbers(self) -> np.ndarray:
        """Those of the gates, of the parameters and of the observables, in order."""
        parts = [
            self.content.numbers,
            np.ravel(self.values) if self.values is not None else (),
            tuple(_coefficients(self.observables)),
        ]
        return np.concatenate([np.asarray(part, dtype=float) for part in parts])

    def same_numbers(self, other: Call) -> bool:
        """Compare with a call of the same shape."""
        ours, theirs = self.numbers, other.numbers
        if len(ours) != len(theirs):
            return False
        allowed = TOLERANCE * np.maximum(1.0, np.abs(theirs))
        return bool(np.all(np.abs(ours - theirs) <= allowed))


@dataclass(frozen=True, slots=True)
class Recording:
    """A call and what came of it."""

    call: Call
    answer: Mapping[str, Any]
    """``counts`` or ``packed`` memory with ``shots``, or ``evs``."""


def calls_of(run: DeviceRun) -> list[Call]:
    """Take a request apart.

    Args:
        run: Of a program.

    Returns:
        One call for each circuit.

    Raises:
        ValueError: It can not be read.
    """
    options = {
        name: value
        for name, value in run.options.items()
        if name not in _NOT_ASKED and value is not None
    }
    if run.kind == "estimate":
        written, packed = part_pubs(run.body)
        return [
            Call(
                kind="estimate",
                content=content,
                options=options,
                observables=each["observables"],
                values=each["values"],
            )
            for each, content in zip(written, _contents(packed), strict=True)
        ]
    return [
        Call(
            kind="run",
            content=content,
            shots=run.options.get("shots"),
            memory=bool(run.options.get("memory")),
            options=options,
        )
        for content in _contents(run.body)
    ]


@lru_cache(maxsize=8)
def _contents(body: bytes) -> Sequence[Content]:
    """Read circuits; a loop often sends the same ones with other parameters."""
    return tuple(content_of(circuit) for circuit in read_circuits(body))


def _labels(observables: Any) -> Any:
    if isinstance(observables, list):
        return [_labels(each) for each in observables]
    return None if observables is None else list(observables)


def _coefficients(observables: Any) -> Iterator[float]:
    if isinstance(observables, list):
        for each in observables:
            yield from _coefficients(each)
    elif observables is not None:
        yield from observables.values()
