"""Circuits that do not fit a backend are refused before they run."""

import pytest
from qiskit import QuantumCircuit, transpile
from qiskit.circuit.library import QFTGate
from qiskit.primitives import BackendEstimatorV2
from qiskit.quantum_info import SparsePauliOp

from program_runtime import backends
from program_runtime.errors import UnsupportedCircuitError
from program_runtime.program import ProgramBackend
from program_runtime.program.testing import local_backend


@pytest.fixture(scope="module")
def manila():
    """The wrapped device; loading it takes a while."""
    return backends.load("fake_manila")


@pytest.fixture
def bell():
    circuit = QuantumCircuit(2)
    circuit.h(0)
    circuit.cx(0, 1)
    circuit.measure_all()
    return circuit


def test_a_gate_that_the_backend_does_not_know_is_refused():
    circuit = QuantumCircuit(3, name="fourier")
    circuit.append(QFTGate(3), range(3))

    with pytest.raises(UnsupportedCircuitError) as caught:
        local_backend().run(circuit)

    assert str(caught.value) == (
        "Circuit 0 ('fourier') uses 'qft', which 'aer_simulator' does not run. "
        "Transpile it for the backend first: transpile(circuit, backend)."
    )


def test_the_exact_estimator_refuses_it_too():
    circuit = QuantumCircuit(3)
    circuit.append(QFTGate(3), range(3))

    with pytest.raises(UnsupportedCircuitError, match="uses 'qft'"):
        local_backend().estimator().run([(circuit, SparsePauliOp("ZZZ"))])


def test_a_gate_between_qubits_that_are_not_connected_is_refused(manila):
    circuit = QuantumCircuit(5, name="far")
    circuit.barrier()
    circuit.cx(0, 4)

    with pytest.raises(UnsupportedCircuitError) as caught:
        ProgramBackend(manila).run([circuit])

    assert "('far') uses 'cx' on qubits (0, 4), where 'fake_manila'" in str(
        caught.value
    )


def test_a_circuit_larger_than_the_device_is_refused(manila):
    with pytest.raises(
        UnsupportedCircuitError, match="has 6 qubits, 'fake_manila' has"
    ):
        ProgramBackend(manila).run(QuantumCircuit(6))


def test_a_simulator_with_a_noise_model_still_runs_every_gate(bell):
    from qiskit_aer.noise import NoiseModel, ReadoutError

    noise = NoiseModel()
    noise.add_all_qubit_readout_error(ReadoutError([[0.9, 0.1], [0.1, 0.9]]))
    backend = local_backend(shots=1000, seed=1)
    backend.run(bell).result()
    backend.set_options(noise_model=noise)

    assert set(backend.run(bell).result().get_counts()) == {"00", "01", "10", "11"}
    assert isinstance(backend.estimator(), BackendEstimatorV2)


def test_a_dynamic_circuit_runs_on_a_device(manila):
    backend = ProgramBackend(manila, shots=50, seed=2)
    circuit = QuantumCircuit(1, 1)
    circuit.x(0)
    circuit.measure(0, 0)
    with circuit.if_test((0, 1)):
        circuit.x(0)

    counts = backend.run(transpile(circuit, backend)).result().get_counts()
    assert sum(counts.values()) == 50
