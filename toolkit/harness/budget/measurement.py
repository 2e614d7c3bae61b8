"""What a finished run asked of its backend."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from toolkit.harness.budget import counts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from toolkit.harness.budget.counts import Counts, QuantumCall
    from toolkit.harness.run import HarnessRun

__all__ = ["Measurement", "measurement_of"]

_ENDS_ITERATION = frozenset({"interim", "metric"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """What one run asked for."""

    run: HarnessRun
    backend: str
    calls: tuple[QuantumCall, ...]
    iterations: tuple[Counts, ...]
    """Between two messages: see `toolkit.harness.budget.counts.by_iteration`."""
    rest: Counts
    """After the last message."""
    total: Counts

    @property
    def missing(self) -> str | None:
        """Why there is no estimate of the time, of the first call that has none."""
        return next((call.missing for call in self.calls if call.missing), None)

    @property
    def remedy(self) -> str | None:
        """What to do about that."""
        return next((call.remedy for call in self.calls if call.missing), None)


def measurement_of(
    done: HarnessRun, backend: str, calls: Iterable[QuantumCall]
) -> Measurement:
    """Part the calls of a finished run into iterations.

    Args:
        done: A `toolkit.harness.budget.call_counter.CallCounter` saw its calls.
        backend: Its name in the catalog.
        calls: What that has counted.
    """
    ordered = tuple(sorted(calls, key=lambda call: call.at))
    messages = [e.time for e in done.events if str(e.type) in _ENDS_ITERATION]
    iterations, rest = counts.by_iteration(ordered, messages)
    return Measurement(
        run=done,
        backend=backend,
        calls=ordered,
        iterations=tuple(iterations),
        rest=rest,
        total=counts.total(ordered),
    )
