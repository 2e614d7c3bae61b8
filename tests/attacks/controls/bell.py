"""A Bell pair on the simulator."""

from qiskit import QuantumCircuit

CONTROL = {"expects": ["00", "11"]}


def main(backend, user_messenger):
    circuit = QuantumCircuit(2)
    circuit.h(0)
    circuit.cx(0, 1)
    circuit.measure_all()
    counts = backend.run(circuit, shots=500).result().get_counts()
    return sorted(counts)
