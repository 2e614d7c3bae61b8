"""Finds the lowest energy of a Hamiltonian by a variational circuit and SPSA."""

# ruff: noqa: B006, PLR0917 - the signature is that of the contract

import numpy as np
import qiskit.circuit.library as circuits
from qiskit import QuantumCircuit, transpile


def measured_in(ansatz, pauli):
    """Return the circuit that measures a Pauli string, last qubit first."""
    circuit = QuantumCircuit(ansatz.num_qubits, ansatz.num_qubits)
    circuit.compose(ansatz, inplace=True)
    for qubit, letter in enumerate(reversed(pauli)):
        if letter == "Y":
            circuit.sdg(qubit)
        if letter in "XY":
            circuit.h(qubit)
    circuit.measure(range(circuit.num_qubits), range(circuit.num_qubits))
    return circuit


def expectation(counts, pauli):
    """Return the mean of a Pauli string over counts in its basis."""
    places = [place for place, letter in enumerate(pauli) if letter != "I"]
    signs = {
        bits: (-1) ** sum(bits[place] == "1" for place in places) for bits in counts
    }
    return sum(signs[bits] * n for bits, n in counts.items()) / sum(counts.values())


def main(
    backend,
    user_messenger,
    hamiltonian,
    ansatz="EfficientSU2",
    ansatz_config={},
    x0=None,
    optimizer="SPSA",
    optimizer_config={"maxiter": 100},
    shots=8192,
    use_measurement_mitigation=False,
):
    coefficients, paulis = zip(*hamiltonian, strict=True)
    if not isinstance(ansatz, QuantumCircuit):
        ansatz = getattr(circuits, ansatz)(len(paulis[0]), **ansatz_config)
    prepared = [
        transpile(measured_in(ansatz.decompose(), pauli), backend, seed_transpiler=1)
        for pauli in paulis
    ]
    rng = np.random.default_rng(7)
    values = rng.random(ansatz.num_parameters) if x0 is None else np.array(x0, float)

    def energy(point):
        known = dict(zip(ansatz.parameters, point, strict=True))
        # Turns about the axis that is measured are gone from a transpiled circuit.
        bound = [
            circuit.assign_parameters(
                {each: known[each] for each in circuit.parameters}
            )
            for circuit in prepared
        ]
        counts = backend.run(bound, shots=shots).result().get_counts()
        counts = counts if isinstance(counts, list) else [counts]
        parts = map(expectation, counts, paulis)
        return float(sum(c * part for c, part in zip(coefficients, parts, strict=True)))

    evaluations, maxiter = 0, optimizer_config["maxiter"]
    for step in range(maxiter):
        shift = rng.choice([-1.0, 1.0], len(values))
        small, rate = 0.2 / (step + 1) ** 0.1, 0.6 / (step + 2) ** 0.6
        high, low = energy(values + small * shift), energy(values - small * shift)
        values = values - rate * (high - low) / (2 * small) * shift
        evaluations += 2
        user_messenger.publish(
            {"nfev": evaluations, "x": values, "energy": (high + low) / 2}
        )
    return {"fun": energy(values), "x": values, "nfev": evaluations + 1, "nit": maxiter}
