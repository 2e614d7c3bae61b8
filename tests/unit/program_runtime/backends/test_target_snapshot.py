"""A target that was written down makes the circuits that the target itself makes."""

import json

import pytest
from qiskit import QuantumCircuit, transpile
from qiskit.circuit import Gate, Instruction, Parameter
from qiskit.circuit.library import RXGate, XGate
from qiskit.providers.fake_provider import GenericBackendV2
from qiskit.transpiler import InstructionProperties, Target
from qiskit_aer import AerSimulator

from program_runtime import backends
from program_runtime.backends.target_snapshot import snapshot_of, target_from


def travelled(target):
    return target_from(json.loads(json.dumps(snapshot_of(target))))


def placed(target, name):
    return {str(place): str(known) for place, known in target[name].items()}


def entangled():
    circuit = QuantumCircuit(3)
    circuit.h(0)
    circuit.ry(0.3, 1)
    circuit.cx(0, [1, 2])
    circuit.rzz(0.7, 0, 2)
    circuit.measure_all()
    return circuit


@pytest.fixture(
    scope="module", params=["aer_simulator", "fake_manila", "generic", "wires"]
)
def backend(request):
    if request.param == "generic":
        return GenericBackendV2(5, control_flow=True, seed=3)
    if request.param == "wires":
        line = [[0, 1], [1, 2]]
        return AerSimulator(coupling_map=line, basis_gates=["cx", "rz", "sx"])
    if request.param.startswith("fake"):
        pytest.importorskip("qiskit_ibm_runtime")
    return backends.load(request.param)


@pytest.mark.parametrize("level", [1, 2])
def test_circuits_come_out_of_the_transpiler_alike(backend, level):
    options = {"optimization_level": level, "seed_transpiler": 7}
    here = transpile(entangled(), backend, **options)
    there = transpile(entangled(), target=travelled(backend.target), **options)

    assert there == here


def test_a_snapshot_of_the_copy_is_the_same(backend):
    snapshot = snapshot_of(backend.target)

    assert snapshot_of(travelled(backend.target)) == snapshot


def test_a_copy_knows_errors_times_and_qubits(backend):
    copy = travelled(backend.target)

    assert set(copy.operation_names) == set(backend.target.operation_names)
    assert copy.dt == backend.target.dt
    assert str(copy.qubit_properties) == str(backend.target.qubit_properties)
    for name in copy.operation_names:
        assert placed(copy, name) == placed(backend.target, name)


def test_the_simulators_own_instructions_are_known_by_name():
    copy = travelled(backends.load("aer_simulator").target)

    assert copy.instruction_supported("save_statevector", (0, 1))
    assert copy.operation_from_name("if_else").__name__ == "IfElseOp"


def test_gates_that_qiskit_does_not_know_keep_size_and_parameters():
    target = Target(num_qubits=2)
    known = InstructionProperties(duration=1e-7, error=0.01)
    target.add_instruction(Gate("mine", 2, [Parameter("a"), 0.5]), {(0, 1): known})
    target.add_instruction(Instruction("look", 1, 1, []), {(1,): None})
    target.add_instruction(RXGate(0.25), {(0,): None}, name="rx_quarter")
    target.add_instruction(RXGate(0.5), name="rx")
    target.add_instruction(XGate())
    copy = travelled(target)

    mine, look = map(copy.operation_from_name, ("mine", "look"))
    assert (mine.num_qubits, [str(each) for each in mine.params]) == (2, ["a", "0.5"])
    assert (look.num_qubits, look.num_clbits) == (1, 1)
    assert copy.operation_from_name("rx").params == [0.5]
    assert copy.operation_from_name("rx_quarter").params == [0.25]
    assert copy.instruction_supported("x", (1,))
    assert copy["mine"][0, 1].error == 0.01
