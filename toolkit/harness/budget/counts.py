"""What a program asked of its backend: in one call, in an iteration, in all."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["Counts", "QuantumCall", "by_iteration", "total"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Sums over calls, apart from the sizes, which are those of the largest circuit."""

    calls: int = 0
    """How often the backend was asked; each is a job of a device."""
    pubs: int = 0
    """Given to the sampler and the estimator of the backend."""
    circuits: int = 0
    shots: int = 0
    """Of all circuits together; none for an exact expectation value."""
    depth: int = 0
    """Of the deepest circuit."""
    two_qubit_gates: int = 0
    """Of the circuit that has most."""
    qpu_s: float | None = 0.0
    """Estimated seconds of the device; None if a call's can not be estimated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuantumCall:
    """One request to the backend."""

    at: float
    """Unix time in seconds."""
    counts: Counts
    exact: bool = False
    """Whether expectation values were computed, which no device can."""
    missing: str | None = None
    """Why its time can not be estimated."""
    remedy: str | None = None
    """What to do about that."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """As the backend got them: ``shots``, ``seed_simulator`` and the like."""


def total(calls: Iterable[QuantumCall]) -> Counts:
    """Add calls up."""
    every = [call.counts for call in calls]
    seconds = [counts.qpu_s for counts in every]
    known = [each for each in seconds if each is not None]
    return Counts(
        calls=sum(counts.calls for counts in every),
        pubs=sum(counts.pubs for counts in every),
        circuits=sum(counts.circuits for counts in every),
        shots=sum(counts.shots for counts in every),
        depth=max((counts.depth for counts in every), default=0),
        two_qubit_gates=max((counts.two_qubit_gates for counts in every), default=0),
        qpu_s=sum(known) if len(known) == len(seconds) else None,
    )


def by_iteration(
    calls: Sequence[QuantumCall], messages: Iterable[float]
) -> tuple[list[Counts], Counts]:
    """Part the calls by what the program published.

    An iteration ends with the first interim result or metric after a call; messages
    that follow without a call in between belong to it. A call belongs to the iteration
    in which it was made, whenever its result is read.

    Args:
        calls: In any order.
        messages: When interim results and metrics came, in Unix time.

    Returns:
        The counts of each iteration, and of the calls after the last message.
    """
    waiting = sorted(calls, key=lambda call: call.at)
    iterations = []
    for at in sorted(messages):
        inside = [call for call in waiting if call.at <= at]
        if inside:
            iterations.append(total(inside))
            waiting = waiting[len(inside) :]
    return iterations, total(waiting)
