"""Expectation values measured with shots."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

import numpy as np

from program_runtime.primitives import bits
from program_runtime.primitives.measurement import measured
from program_runtime.primitives.observables import make_plan
from program_runtime.primitives.structure import structure_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray
    from qiskit import QuantumCircuit
    from qiskit.quantum_info import SparseObservable

    from program_runtime.primitives.machine import Machine
    from program_runtime.primitives.observables import Basis, Plan
    from program_runtime.primitives.pubs import EstimatorTask
    from program_runtime.primitives.transpilation import Prepared

__all__ = [
    "Change",
    "Distribution",
    "Estimate",
    "Measuring",
    "distribution",
    "estimate",
]

Change = Callable[["QuantumCircuit"], "QuantumCircuit"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """What a measured circuit gave."""

    words: NDArray[np.uint64]
    """A row of 64-bit words for each outcome."""
    weights: NDArray[np.float64]
    """Of the outcomes; they sum to 1, and mitigation makes some negative."""
    shots: int
    overhead: float = 1.0
    """By how much mitigation makes the variance larger."""


class Measuring(Protocol):
    """Runs measured circuits."""

    def __call__(
        self, circuits: Sequence[QuantumCircuit], shots: int
    ) -> list[Distribution]:
        """Return what each circuit gave."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """The values of one task, in its shape."""

    values: NDArray[np.float64]
    variances: NDArray[np.float64]
    """Of the values, not of the outcomes."""
    constants: NDArray[np.float64]
    """What of the values is exact: the coefficients of the identity."""
    bases: int
    """How many circuits were run for each set of parameter values, at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """One circuit to run, and where its outcomes go."""

    circuit: QuantumCircuit
    sums: _Sums
    row: int
    basis: Basis
    first_bit: int


class _Plans:
    """The plans of one job: many circuits share observables."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, ...], Plan] = {}

    def of(self, observables: list[SparseObservable]) -> Plan:
        # By identity: the tasks of the job keep them.
        key = tuple(map(id, observables))
        if key not in self._known:
            self._known[key] = make_plan(observables)
        return self._known[key]


class _Sums:
    """Adds up what the bases of one task contribute."""

    def __init__(self, task: EstimatorTask) -> None:
        self.task = task
        bindings = task.values.shape[:-1]
        rows = np.arange(math.prod(bindings)).reshape(bindings)
        columns = np.arange(task.observables.size).reshape(task.observables.shape)
        self._rows, self._columns = np.broadcast_arrays(rows, columns)
        self._wanted: dict[int, list[int]] = defaultdict(list)
        for row, column in zip(self._rows.flat, self._columns.flat, strict=True):
            self._wanted[int(row)].append(int(column))
        self._values: dict[int, NDArray[np.float64]] = {}
        self._variances: dict[int, NDArray[np.float64]] = {}
        self._constants: dict[int, NDArray[np.float64]] = {}
        self._bases = 0

    def steps(
        self,
        prepared: Prepared,
        machine: Machine,
        change: Change | None,
        plans: _Plans,
    ) -> Iterator[_Step]:
        """Plan the circuits of the task."""
        task = self.task
        key = (structure_of(task.circuit), machine.identity, prepared.positions)
        rows = task.values.reshape(-1, max(1, task.values.shape[-1]))
        for columns, members in self._groups().items():
            plan = plans.of([task.observables.flat[column] for column in columns])
            self._bases = max(self._bases, len(plan.bases))
            for row in members:
                self._constants[row] = plan.constants
                self._values[row] = plan.constants.copy()
                self._variances[row] = np.zeros(len(columns))
            for basis in plan.bases:
                ready = measured(prepared, basis, machine, key)
                if change is not None:
                    ready = replace(ready, circuit=change(ready.circuit))
                for row in members:
                    yield _Step(
                        circuit=ready.bind(rows[row] if len(rows) else rows),
                        sums=self,
                        row=row,
                        basis=basis,
                        first_bit=prepared.circuit.num_clbits,
                    )

    def add(self, step: _Step, found: Distribution) -> None:
        """Add what one basis contributes to one set of parameter values."""
        worth = step.basis.worth(found.words, step.first_bit)
        values = found.weights @ worth
        spread = found.weights @ (worth - values) ** 2
        self._values[step.row] += values
        self._variances[step.row] += (
            np.maximum(spread, 0.0) * found.overhead / max(1, found.shots - 1)
        )

    def estimate(self) -> Estimate:
        """Put the sums in the shape of the task."""
        shape = self._rows.shape
        values, variances, constants = np.zeros(shape), np.zeros(shape), np.zeros(shape)
        places: dict[int, int] = defaultdict(int)
        for index, row in enumerate(self._rows.flat):
            values.flat[index] = self._values[row][places[row]]
            variances.flat[index] = self._variances[row][places[row]]
            constants.flat[index] = self._constants[row][places[row]]
            places[row] += 1
        return Estimate(
            values=values, variances=variances, constants=constants, bases=self._bases
        )

    def _groups(self) -> dict[tuple[int, ...], list[int]]:
        """Sets of parameter values by the observables that they are wanted for."""
        groups: dict[tuple[int, ...], list[int]] = defaultdict(list)
        for row, columns in self._wanted.items():
            groups[tuple(columns)].append(row)
        return groups


def distribution(counts: Mapping[str, int], num_bits: int) -> Distribution:
    """Turn counts by hexadecimal numbers into a distribution.

    Args:
        counts: How often each outcome was seen.
        num_bits: Of the circuit.
    """
    numbers = np.fromiter(counts.values(), dtype=np.float64, count=len(counts))
    shots = int(numbers.sum())
    return Distribution(
        words=bits.words(counts, num_bits), weights=numbers / shots, shots=shots
    )


def estimate(
    tasks: Sequence[EstimatorTask],
    prepared: Sequence[Prepared],
    machine: Machine,
    run: Measuring,
    *,
    change: Change | None = None,
) -> list[Estimate]:
    """Measure all observables of all tasks, those with equal shots in one call.

    Args:
        tasks: With shots.
        prepared: Their circuits.
        machine: Runs them.
        run: Runs measured circuits.
        change: Is done to each circuit before its values are bound.
    """
    found = [_Sums(task) for task in tasks]
    plans = _Plans()
    by_shots: dict[int, list[_Step]] = defaultdict(list)
    for sums, ready in zip(found, prepared, strict=True):
        by_shots[sums.task.shots] += sums.steps(ready, machine, change, plans)
    for shots, steps in by_shots.items():
        results = run([step.circuit for step in steps], shots) if steps else []
        for step, result in zip(steps, results, strict=True):
            step.sums.add(step, result)
    return [sums.estimate() for sums in found]
