"""Readout mitigation: M3 takes misread qubits out of the outcomes."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from qiskit import QuantumCircuit

from program_runtime.errors import BadInputsError
from program_runtime.primitives import bits
from program_runtime.primitives.estimation import Distribution
from program_runtime.primitives.measurement import translated

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from types import ModuleType

    from numpy.typing import NDArray

    from program_runtime.primitives.execution import Counting
    from program_runtime.primitives.machine import Machine
    from program_runtime.primitives.options import Options

__all__ = ["Readout", "is_missing", "measured_places"]

_SHOTS: Final = 8192


class Readout:
    """Measures how often the qubits are misread, and corrects for it.

    Args:
        count: Runs circuits.
        machine: Runs them.
        shots: Of each of the two calibration circuits.
    """

    def __init__(
        self, count: Counting, machine: Machine, *, shots: int | None = None
    ) -> None:
        self._count = count
        self._machine = machine
        self.shots = min(shots or _SHOTS, machine.max_shots)
        self._m3 = _mthree()
        self._matrices: dict[int, NDArray[np.float64]] = {}
        self.overheads: list[float] = []

    def __call__(
        self, circuits: Sequence[QuantumCircuit], shots: int
    ) -> list[Distribution]:
        """Run measured circuits and correct what they gave.

        Args:
            circuits: Their last classical register is what is corrected.
            shots: For each.
        """
        places = [_observed(circuit) for circuit in circuits]
        self.calibrate({qubit for _, qubits in places for qubit in qubits})
        found = self._count(circuits, shots)
        return [
            self._distribution(counts, shots, circuit.num_clbits, *place)
            for counts, circuit, place in zip(found, circuits, places, strict=True)
        ]

    def calibrate(self, qubits: Iterable[int]) -> None:
        """Measure the errors of qubits that are not calibrated yet.

        Args:
            qubits: Of the machine.
        """
        fresh = sorted(set(qubits) - self._matrices.keys())
        if not fresh:
            return
        zeros, ones = self._count(
            [self._calibration(fresh, flip=flip) for flip in (False, True)], self.shots
        )
        low, high = _marginals(zeros, len(fresh)), _marginals(ones, len(fresh))
        for qubit, misread, read in zip(fresh, low, high, strict=True):
            self._matrices[qubit] = np.array([[1 - misread, 1 - read], [misread, read]])

    def quasi(self, counts: Mapping[str, int], qubits: Sequence[int]) -> Any:
        """Correct counts by bit strings.

        Args:
            counts: By bit strings, a letter for each qubit, the first one last.
            qubits: Calibrated, the first bit's first.

        Returns:
            M3's quasi-distribution, with its ``mitigation_overhead``.
        """
        m3 = self._m3.M3Mitigation(None)
        size = 1 + max(self._matrices)
        m3.cals_from_matrices([self._matrices.get(qubit) for qubit in range(size)])
        quasi = m3.apply_correction(
            dict(counts), list(qubits), return_mitigation_overhead=True
        )
        self.overheads.append(float(quasi.mitigation_overhead))
        return quasi

    def metadata(self) -> dict[str, Any]:
        """Say what was done, in numbers."""
        mean = float(np.mean(self.overheads)) if self.overheads else 1.0
        return {
            "method": "m3",
            "calibration_shots": self.shots,
            "qubits": sorted(self._matrices),
            "mitigation_overhead": mean,
        }

    def _distribution(
        self,
        counts: Mapping[str, int],
        shots: int,
        num_bits: int,
        first_bit: int,
        qubits: Sequence[int],
    ) -> Distribution:
        size = len(qubits)
        merged: dict[str, int] = {}
        for outcome, number in counts.items():
            text = format(int(outcome, 16) >> first_bit, f"0{size}b")
            merged[text] = merged.get(text, 0) + number
        quasi = self.quasi(merged, qubits)
        outcomes = [hex(int(text, 2) << first_bit) for text in quasi]
        weights = np.fromiter(quasi.values(), dtype=np.float64, count=len(quasi))
        return Distribution(
            words=bits.words(outcomes, num_bits),
            weights=weights / weights.sum(),
            shots=shots,
            overhead=max(1.0, self.overheads[-1]),
        )

    def _calibration(self, qubits: list[int], *, flip: bool) -> QuantumCircuit:
        circuit = QuantumCircuit(1 + max(qubits), len(qubits))
        for bit, qubit in enumerate(qubits):
            if flip:
                circuit.x(qubit)
            circuit.measure(qubit, bit)
        return (
            circuit
            if self._machine.runs(circuit)
            else translated(circuit, self._machine)
        )


def is_missing(options: Options) -> bool:
    """Warn that nothing is mitigated because the package for it is not there.

    For clients that ask for mitigation unless they are told not to.

    Args:
        options: Are told.
    """
    missing = find_spec("mthree") is None
    if missing:
        options.warn(
            "Misread qubits are not corrected: the package mthree is not installed "
            "where jobs run."
        )
    return missing


def measured_places(circuit: QuantumCircuit) -> dict[int, int]:
    """Return the qubit that each classical bit tells of at the end."""
    qubits = {bit: index for index, bit in enumerate(circuit.qubits)}
    clbits = {bit: index for index, bit in enumerate(circuit.clbits)}
    return {
        clbits[item.clbits[0]]: qubits[item.qubits[0]]
        for item in circuit.data
        if item.operation.name == "measure"
    }


def _observed(circuit: QuantumCircuit) -> tuple[int, list[int]]:
    """Return the first bit of the last register, and the qubits that it tells of."""
    places = measured_places(circuit)
    register = circuit.cregs[-1]
    first = circuit.num_clbits - len(register)
    return first, [places[first + bit] for bit in range(len(register))]


def _marginals(counts: Mapping[str, int], size: int) -> NDArray[np.float64]:
    """Return how often each bit was 1."""
    rows = bits.words(counts, size)
    numbers = np.fromiter(counts.values(), dtype=np.float64, count=len(counts))
    flat = np.unpackbits(
        rows.astype("<u8").view(np.uint8), axis=1, bitorder="little", count=size
    )
    found: NDArray[np.float64] = numbers @ flat / numbers.sum()
    return found


def _mthree() -> ModuleType:
    try:
        import mthree  # noqa: PLC0415 - an extra
    except ImportError as err:
        raise BadInputsError(
            "Readout mitigation needs the package mthree where jobs run.",
            hint="Install it: pip install 'qiskit-program-toolkit[mitigation]'; "
            "or ask for resilience level 0.",
        ) from err
    module: ModuleType = mthree
    return module
