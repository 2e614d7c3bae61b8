"""Expectation values without the errors of the readout.

A device misreads qubits now and then. M3 measures how often, on the very qubits that a
circuit uses, and takes it out of the counts. The quantum part is one execution of the
circuit and the calibrations; the rest are plain functions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

import mthree
from qiskit import transpile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mthree.classes import QuasiDistribution
    from program_runtime import ProgramBackend, UserMessenger
    from qiskit import QuantumCircuit


class Estimate(TypedDict):
    """One expectation value, with the readout's errors and without."""

    operator: str
    raw: float
    mitigated: float
    stddev: float


def build_measured(circuit: QuantumCircuit) -> QuantumCircuit:
    """Measure every qubit of a circuit at its end.

    Args:
        circuit: With or without measurements at its end.

    Returns:
        A circuit with a classical bit for each qubit.
    """
    measured = circuit.remove_final_measurements(inplace=False)
    measured.measure_all()
    return measured


def measured_qubits(circuit: QuantumCircuit) -> list[int]:
    """Find which qubits of the device end in which bits.

    Args:
        circuit: Transpiled, with measurements.

    Returns:
        The device's qubit for each classical bit, bit 0 first.
    """
    qubits = {
        circuit.find_bit(item.clbits[0]).index: circuit.find_bit(item.qubits[0]).index
        for item in circuit.data
        if item.operation.name == "measure"
    }
    return [qubits[bit] for bit in sorted(qubits)]


def check_operators(operators: list[str], num_qubits: int) -> None:
    """Refuse operators that do not fit the circuit.

    Args:
        operators: Products of Z and I.
        num_qubits: How many qubits the circuit has.

    Raises:
        ValueError: An operator has not a letter for each qubit.
    """
    for operator in operators:
        if len(operator) != num_qubits:
            raise ValueError(
                f"The operator {operator} has {len(operator)} letters, the circuit "
                f"has {num_qubits} qubits."
            )


def digest(
    operators: list[str], counts: Mapping[str, int], corrected: QuasiDistribution
) -> list[Estimate]:
    """Compute expectation values.

    Args:
        operators: Products of Z and I, qubit 0 last.
        counts: How often each bit string was measured.
        corrected: The same without the errors of the readout.

    Returns:
        An estimate for each operator.
    """
    estimates = []
    for operator in operators:
        mitigated, stddev = corrected.expval_and_stddev(operator)
        estimates.append(
            Estimate(
                operator=operator,
                raw=float(mthree.utils.expval(counts, operator)),
                mitigated=float(mitigated),
                stddev=float(stddev),
            )
        )
    return estimates


def main(
    backend: ProgramBackend,
    user_messenger: UserMessenger,
    *,
    circuit: QuantumCircuit,
    operators: list[str],
    shots: int = 8192,
    seed: int = 7,
) -> list[Estimate]:
    """Estimate expectation values of a circuit, mitigating the readout.

    Args:
        backend: Runs the calibrations and the circuit.
        user_messenger: Is told when the calibrations are there.
        circuit: The circuit, with or without measurements at its end.
        operators: Products of Z and I, a letter for each qubit, qubit 0 last.
        shots: Shots of the circuit and of each calibration.
        seed: Seed of the transpiler, which chooses the qubits.

    Returns:
        Raw and mitigated value of each operator.
    """
    check_operators(operators, circuit.num_qubits)
    prepared = transpile(build_measured(circuit), backend, seed_transpiler=seed)
    qubits = measured_qubits(prepared)

    mitigation = mthree.M3Mitigation(backend)
    mitigation.cals_from_system(qubits, shots=shots)
    user_messenger.publish({"stage": "calibrated", "qubits": qubits})

    counts = backend.run(prepared, shots=shots).result().get_counts()
    user_messenger.publish({"stage": "measured", "qubits": qubits})
    corrected = mitigation.apply_correction(
        counts, qubits, return_mitigation_overhead=True
    )
    return digest(operators, counts, corrected)
