"""Aligns the kernel of a feature map with labels, by SPSA."""

import numpy as np
from qiskit import QuantumCircuit, transpile


def feature_circuit(num_qubits, x, parameters):
    """Encode one point after a layer that the parameters turn."""
    circuit = QuantumCircuit(num_qubits)
    for qubit in range(num_qubits):
        circuit.ry(parameters[qubit % len(parameters)], qubit)
    for first in range(num_qubits - 1):
        circuit.cz(first, first + 1)
    for qubit in range(num_qubits):
        circuit.rz(x[2 * qubit], qubit)
        circuit.rx(x[2 * qubit + 1], qubit)
    return circuit


def main(backend, user_messenger, **kwargs):
    data, labels = np.array(kwargs["data"]), np.array(kwargs["labels"])
    parameters = np.array(kwargs["initial_kernel_parameters"], dtype=float)
    maxiters, shots = kwargs.get("maxiters", 5), kwargs.get("shots", 1024)
    num_qubits = data.shape[1] // 2
    pairs = [(a, b) for a in range(len(data)) for b in range(a + 1, len(data))]

    def kernel(values):
        circuits = []
        for a, b in pairs:
            circuit = feature_circuit(num_qubits, data[a], values)
            back = feature_circuit(num_qubits, data[b], values).inverse()
            circuit.compose(back, inplace=True)
            circuit.measure_all()
            circuits.append(circuit)
        circuits = transpile(circuits, backend, seed_transpiler=1)
        counts = backend.run(circuits, shots=shots).result().get_counts()
        matrix = np.eye(len(data))
        for (a, b), found in zip(pairs, counts, strict=True):
            matrix[a, b] = matrix[b, a] = found.get("0" * num_qubits, 0) / shots
        return matrix

    def cost(values):
        ideal = np.outer(labels, labels)
        matrix = kernel(values)
        return -float(np.sum(matrix * ideal) / np.linalg.norm(matrix) / len(labels))

    rng = np.random.default_rng(7)
    for iteration in range(maxiters):
        shift = rng.choice([-1.0, 1.0], len(parameters))
        high, low = cost(parameters + 0.1 * shift), cost(parameters - 0.1 * shift)
        parameters = parameters - 0.5 * (high - low) / 0.2 * shift
        user_messenger.publish(
            {"iteration": iteration, "cost": (high + low) / 2, "params": parameters}
        )
    return {
        "aligned_kernel_parameters": parameters,
        "aligned_kernel_matrix": kernel(parameters),
    }
