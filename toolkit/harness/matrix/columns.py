"""What several runs on each of several backends gave."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from toolkit.harness.matrix.estimate import estimate_of
from toolkit.harness.matrix.ignored_options import ignored_options
from toolkit.harness.matrix.result_numbers import numbers_at, numbers_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from program_runtime.execution.broker.protocol import DeviceRun
    from toolkit.harness.matrix.estimate import Estimate
    from toolkit.harness.run import HarnessRun

__all__ = ["Column", "column_of", "seeds_from"]

_SEEDS = 2**31


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One backend."""

    backend: str
    estimates: Mapping[str, Estimate] = field(default_factory=dict)
    """By the places of the result that have a number in every run."""
    ignored: Mapping[str, str] = field(default_factory=dict)
    """Options without effect, and why."""
    failure: HarnessRun | None = None
    """The run that failed; the others were not made."""


def seeds_from(seed: int, count: int) -> list[int]:
    """Draw seeds that lie far apart.

    A program's calls count its seed up, so that runs with seeds that follow each other
    would share their shot noise.

    Args:
        seed: The same gives the same.
        count: How many.
    """
    drawn = random.Random(seed)  # noqa: S311 - nothing is kept secret by it
    return [drawn.randrange(_SEEDS) for _ in range(count)]


def column_of(
    backend: str,
    runs: Sequence[HarnessRun],
    requests: Sequence[DeviceRun],
    *,
    places: Sequence[str] = (),
    shots: int | None = None,
) -> Column:
    """Summarise the runs on one backend.

    Args:
        backend: Its name.
        runs: With seeds of their own.
        requests: What all of them asked their broker for.
        places: Which numbers; all single ones if none are named.
        shots: What the caller asked for.

    Raises:
        UsageError: The result has no number at a place.
    """
    failed = next((run for run in runs if not run.ok), None)
    if failed is not None:
        return Column(backend=backend, failure=failed)
    found = [
        numbers_at(run.result, places) if places else numbers_of(run.result)
        for run in runs
    ]
    shared = [place for place in found[0] if all(place in each for each in found)]
    return Column(
        backend=backend,
        estimates={
            place: estimate_of([each[place] for each in found]) for place in shared
        },
        ignored=ignored_options(requests, shots=shots),
    )
