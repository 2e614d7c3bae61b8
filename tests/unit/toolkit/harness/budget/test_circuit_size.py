"""Depth and two-qubit gates of circuits."""

from qiskit import QuantumCircuit

from toolkit.harness.budget.circuit_size import CircuitSize, size_of


def test_barriers_count_not_and_measurements_count_as_layers():
    circuit = QuantumCircuit(3, 3)
    circuit.h(0)
    circuit.cx(0, 1)
    circuit.barrier()
    circuit.ccx(0, 1, 2)
    circuit.cz(1, 2)
    circuit.measure(2, 2)

    assert size_of(circuit) == CircuitSize(depth=5, two_qubit_gates=2)


def test_gates_of_every_branch_count():
    circuit = QuantumCircuit(2, 1)
    circuit.measure(0, 0)
    with circuit.if_test((0, 1)) as otherwise:
        circuit.cx(0, 1)
    with otherwise:
        circuit.cx(1, 0)
        circuit.cz(0, 1)

    assert size_of(circuit).two_qubit_gates == 3
