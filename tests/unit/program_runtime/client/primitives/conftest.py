import pytest
from primitive_doubles import Service
from qiskit import QuantumCircuit
from qiskit.circuit import Parameter
from qiskit.circuit.library import CXGate, Measure, RZGate, SXGate, XGate
from qiskit.transpiler import CouplingMap, Target


@pytest.fixture
def service():
    return Service()


@pytest.fixture
def bell():
    circuit = QuantumCircuit(2)
    circuit.h(0)
    circuit.cx(0, 1)
    circuit.measure_all()
    return circuit


@pytest.fixture
def turned():
    """Two qubits, two parameters, no measurement."""
    circuit = QuantumCircuit(2)
    circuit.ry(Parameter("a"), 0)
    circuit.ry(Parameter("b"), 1)
    return circuit


@pytest.fixture
def line():
    """A device of three qubits in a row."""
    target = Target(num_qubits=3)
    for gate in (XGate(), SXGate(), RZGate(Parameter("angle")), Measure()):
        target.add_instruction(gate, {(qubit,): None for qubit in range(3)})
    edges = [(0, 1), (1, 2)]
    assert CouplingMap(edges).is_connected()
    target.add_instruction(CXGate(), dict.fromkeys(edges))
    return target
