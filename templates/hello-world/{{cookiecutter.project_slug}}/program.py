"""Hello, quantum world: random circuits and what they give."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qiskit import transpile
from qiskit.circuit.random import random_circuit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from program_runtime import ProgramBackend, UserMessenger
    from qiskit import QuantumCircuit

NUM_QUBITS = 5
DEPTH = 4


def build_circuit(seed: int) -> QuantumCircuit:
    """Build a random circuit that measures all its qubits.

    Args:
        seed: The same seed gives the same circuit.

    Returns:
        A circuit of ``NUM_QUBITS`` qubits.
    """
    return random_circuit(NUM_QUBITS, DEPTH, measure=True, seed=seed)


def most_frequent(counts: Mapping[str, int]) -> str:
    """Find the outcome that was measured most often.

    Args:
        counts: How often each bit string was measured.

    Returns:
        The bit string; the smallest of them if several are equally frequent.
    """
    return min(counts, key=lambda bits: (-counts[bits], bits))


def main(
    backend: ProgramBackend,
    user_messenger: UserMessenger,
    *,
    iterations: int = 5,
    seed: int = 7,
) -> str:
    """Run random circuits, publish the counts of each and say hello.

    Args:
        backend: Runs the circuits.
        user_messenger: Takes the counts of each iteration.
        iterations: How many circuits to run.
        seed: Seed of the first circuit; each later one counts up by one.

    Returns:
        A greeting.
    """
    for iteration in range(iterations):
        # From level 2 the transpiler's choice among a simulator's many gates varies.
        circuit = transpile(
            build_circuit(seed + iteration),
            backend,
            optimization_level=1,
            seed_transpiler=seed,
        )
        counts = backend.run(circuit).result().get_counts()
        user_messenger.publish(
            {
                "iteration": iteration,
                "counts": counts,
                "most_frequent": most_frequent(counts),
            }
        )
        if user_messenger.stop_requested:
            break
    return "Hello, World!"
