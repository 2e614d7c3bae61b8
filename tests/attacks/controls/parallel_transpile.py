"""Transpiles many circuits at once: routing runs in the threads of Rust."""

from qiskit import QuantumCircuit, transpile
from qiskit.transpiler import CouplingMap

CONTROL = {"expects": {"circuits": 8, "same": True}}


def main(backend, user_messenger):
    circuits = [circuit(seed) for seed in range(8)]
    words = {"coupling_map": CouplingMap.from_line(6), "seed_transpiler": 7}
    done = transpile(circuits, basis_gates=["rz", "sx", "cx"], **words)
    alone = transpile(circuits[0], basis_gates=["rz", "sx", "cx"], **words)
    return {"circuits": len(done), "same": done[0] == alone}


def circuit(seed):
    made = QuantumCircuit(6)
    for step in range(30):
        first = (seed + 5 * step) % 6
        made.sx(first)
        made.rz(step / 7, first)
        made.cx(first, (first + 1 + step % 5) % 6)
    return made
