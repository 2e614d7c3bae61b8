"""Circuits run on the backend, in as few calls as it takes."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from qiskit import QuantumCircuit

    from program_runtime.primitives.machine import Machine
    from program_runtime.program import ProgramBackend

__all__ = ["Counting", "Runner", "one_thread"]

_SEED_RANGE: Final = 2**31
_LARGE: Final = 14
"""From so many qubits on Aer uses several threads for the gates of a circuit."""


class Counting(Protocol):
    """Runs circuits and counts outcomes."""

    def __call__(
        self, circuits: Sequence[QuantumCircuit], shots: int
    ) -> list[dict[str, int]]:
        """Return the counts of each circuit by hexadecimal numbers."""


def one_thread(machine: Machine, circuits: Sequence[QuantumCircuit]) -> dict[str, int]:
    """Return the option that keeps Aer from using threads for small circuits.

    They would wait for each other: on a busy machine a run of 3 ms takes 40.

    Args:
        machine: Runs them.
        circuits: What is to be run.
    """
    largest = max((circuit.num_qubits for circuit in circuits), default=0)
    small = machine.is_ideal and largest < _LARGE
    return {"max_parallel_threads": 1} if small else {}


class Runner:
    """Runs the circuits of one job.

    Args:
        backend: What ``main`` was given.
        machine: The same, looked at.
        settings: Options of each run, such as a noise model.
        seed: Of the simulator. The first call runs with the seed itself, later ones
            with other numbers, so that their noise is independent.
    """

    def __init__(
        self,
        backend: ProgramBackend,
        machine: Machine,
        *,
        settings: Mapping[str, Any] | None = None,
        seed: int | None = None,
    ) -> None:
        self._backend = backend
        self._machine = machine
        self._settings = dict(settings or {})
        self._seed = seed
        self._calls = 0
        self.started = datetime.now(UTC)
        self.stopped = self.started

    def memory(
        self, circuits: Sequence[QuantumCircuit], shots: int
    ) -> list[Sequence[Any]]:
        """Run circuits and return the outcome of each shot.

        Args:
            circuits: All parameters bound.
            shots: For each.

        Returns:
            For each circuit a list of hexadecimal numbers, in the order of shots.
        """
        found = self._run(circuits, shots, memory=True)
        return [_outcomes(data, shots) for data, shots in found]

    def counts(
        self, circuits: Sequence[QuantumCircuit], shots: int
    ) -> list[dict[str, int]]:
        """Run circuits and return how often each outcome was seen.

        Args:
            circuits: All parameters bound.
            shots: For each.

        Returns:
            For each circuit its counts by hexadecimal numbers.
        """
        found = self._run(circuits, shots)
        return [
            getattr(data, "counts", None) or {"0x0": shots} for data, shots in found
        ]

    def _run(
        self, circuits: Sequence[QuantumCircuit], shots: int, **options: Any
    ) -> Iterator[tuple[Any, int]]:
        step = self._machine.max_circuits or len(circuits) or 1
        self.started = datetime.now(UTC) if not self._calls else self.started
        results = []
        for start in range(0, len(circuits), step):
            part = list(circuits[start : start + step])
            options |= one_thread(self._machine, part) | self._seeded()
            run = self._backend.run(part, shots=shots, **self._settings, **options)
            results.append(run.result())
        self.stopped = datetime.now(UTC)
        for result in results:
            for each in result.results:
                yield each.data, each.shots

    def _seeded(self) -> dict[str, int]:
        call = self._calls
        self._calls += 1
        if self._seed is None:
            return {}
        # Far apart: Aer itself counts on from the seed within a call.
        return {"seed_simulator": (self._seed + call * 1_000_003) % _SEED_RANGE}


def _outcomes(data: Any, shots: int) -> Sequence[Any]:
    """Return the outcomes in order; any will do where the backend keeps none."""
    memory: Sequence[Any] | None = getattr(data, "memory", None)
    if memory:
        return memory
    counts = getattr(data, "counts", None)
    if not counts:
        return ["0x0"] * shots
    outcomes = [outcome for outcome, number in counts.items() for _ in range(number)]
    random.shuffle(outcomes)
    return outcomes
