"""Transpiles many circuits at once, by the threads of Rust and by Qiskit's own pool."""

from qiskit import transpile
from qiskit.circuit.random import random_circuit

CONTROL = {"expects": {"circuits": 6, "same": True}}


def main(backend, user_messenger):
    circuits = [random_circuit(3, 3, seed=n, max_operands=2) for n in range(6)]
    words = {"basis_gates": ["rz", "sx", "cx"], "seed_transpiler": 7}
    done = transpile(circuits, optimization_level=1, **words)
    alone = transpile(circuits[0], optimization_level=1, **words)
    return {"circuits": len(done), "same": done[0] == alone}
