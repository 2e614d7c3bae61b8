"""Circuits and observables whose exact values are known."""

import numpy as np
from qiskit import QuantumCircuit
from qiskit.circuit import Parameter
from qiskit.quantum_info import SparsePauliOp, Statevector, random_pauli_list

from program_runtime import codec
from program_runtime.program.testing import RecordingMessenger, local_backend


def random_circuit(rng, num_qubits, *, depth=3, num_parameters=4):
    """Make a circuit with parameters, expressions of them, and numbers."""
    circuit = QuantumCircuit(num_qubits)
    angles = [Parameter(f"a{index}") for index in range(num_parameters)]
    for _ in range(depth):
        for qubit in range(num_qubits):
            angle = angles[rng.integers(num_parameters)]
            gates = [
                (circuit.h, ()),
                (circuit.sx, ()),
                (circuit.ry, (angle,)),
                (circuit.p, (angle,)),
                (circuit.rz, (2 * angle + 0.3,)),
                (circuit.rx, (rng.uniform(0, 3),)),
            ]
            gate, params = gates[rng.integers(len(gates))]
            gate(*params, qubit)
        for qubit in range(num_qubits - 1):
            if rng.random() < 0.6:
                circuit.cx(qubit, qubit + 1)
    return circuit


def random_observable(rng, num_qubits, *, terms=4):
    """Make a sum of Paulis."""
    paulis = random_pauli_list(
        num_qubits, terms, seed=int(rng.integers(2**31)), phase=False
    )
    return SparsePauliOp(paulis, rng.normal(size=terms))


def state_of(circuit, values):
    return Statevector(circuit.assign_parameters(values))


def value_of(state, observable):
    """Compute an expectation value, Pauli by Pauli: a matrix would be large."""
    terms = zip(observable.paulis, observable.coeffs, strict=True)
    return sum(coeff.real * state.expectation_value(pauli) for pauli, coeff in terms)


def bell():
    """Make a measured pair of qubits."""
    circuit = QuantumCircuit(2)
    circuit.h(0)
    circuit.cx(0, 1)
    circuit.measure_all()
    return circuit


def call(main, *, backend=None, device="aer_simulator", **inputs):
    """Run a program as a job would: inputs and result travel as text."""
    values = codec.decode(codec.encode(inputs))
    backend = backend or local_backend(device)
    return codec.decode(codec.encode(main(backend, RecordingMessenger(), **values)))


def z_scores(values, errors, exact, *, floor):
    """Return by how many standard errors values are off.

    ``floor`` is an error for values whose shots all agreed.
    """
    return (np.asarray(values) - exact) / np.hypot(errors, floor)
