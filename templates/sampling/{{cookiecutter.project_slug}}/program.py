"""Entangled states of growing size, and how well a backend keeps them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from qiskit import QuantumCircuit, transpile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from program_runtime import ProgramBackend, UserMessenger


class Measurement(TypedDict):
    """What was measured of one state."""

    num_qubits: int
    counts: dict[str, int]
    agreement: float


def build_circuit(num_qubits: int) -> QuantumCircuit:
    """Build the circuit that prepares and measures a GHZ state.

    Args:
        num_qubits: Size of the state; two qubits make a Bell state.

    Returns:
        A circuit whose ideal outcomes are all zeros or all ones, half the time each.
    """
    circuit = QuantumCircuit(num_qubits, name=f"ghz-{num_qubits}")
    circuit.h(0)
    for qubit in range(1, num_qubits):
        circuit.cx(qubit - 1, qubit)
    circuit.measure_all()
    return circuit


def agreement(counts: Mapping[str, int]) -> float:
    """Compute how often all qubits agreed.

    Args:
        counts: How often each bit string was measured.

    Returns:
        A share between 0 and 1; 1 on an ideal backend.
    """
    agreed = sum(count for bits, count in counts.items() if len(set(bits)) == 1)
    return agreed / sum(counts.values())


def main(
    backend: ProgramBackend,
    user_messenger: UserMessenger,
    *,
    num_qubits: int = 4,
    shots: int = 1024,
    seed: int = 7,
) -> Measurement:
    """Measure GHZ states of two qubits up to the wanted size.

    Args:
        backend: Runs the circuits.
        user_messenger: Takes the measurement of each size.
        num_qubits: Size of the largest state.
        shots: How often each state is prepared and measured.
        seed: Seed of the transpiler, which chooses the qubits.

    Returns:
        The measurement of the largest state that was reached.
    """
    sampler = backend.sampler()
    for size in range(2, num_qubits + 1):
        circuit = transpile(build_circuit(size), backend, seed_transpiler=seed)
        result = sampler.run([circuit], shots=shots).result()[0]
        counts = result.data.meas.get_counts()
        measurement = Measurement(
            num_qubits=size, counts=counts, agreement=agreement(counts)
        )
        user_messenger.publish(measurement)
        user_messenger.metric(agreement=measurement["agreement"], step=size)
        if user_messenger.stop_requested:
            break
    return measurement
