"""Runs random circuits, publishes their counts, and says hello."""

from qiskit import transpile
from qiskit.circuit.random import random_circuit


def main(backend, user_messenger, **kwargs):
    for iteration in range(kwargs.pop("iterations", 5)):
        circuit = random_circuit(num_qubits=5, depth=4, measure=True, seed=1000)
        counts = backend.run(transpile(circuit, backend)).result().get_counts()
        user_messenger.publish({"iteration": iteration, "counts": counts})
    return "Hello, World!"
