"""A target from a description is the target that was described."""

import json

import pytest
from qiskit import QuantumCircuit, transpile

from program_runtime import backends
from program_runtime.backends.describe import description_of
from program_runtime.backends.target import target_of

DEVICES = ["fake_manila", "fake_lagos", "fake_torino"]


@pytest.fixture(scope="module", params=DEVICES)
def both(request):
    backend = backends.load(request.param)
    described = json.loads(json.dumps(description_of(backend, name=request.param)))
    made = target_of(described["configuration"], described["properties"])
    return backend.target, made


def test_all_instructions_are_in_their_places(both):
    target, made = both

    for name in ("cx", "cz", "sx", "x", "rz", "measure", "reset", "id"):
        if name in target.operation_names:
            assert set(made[name]) == set(target[name]), name


def test_errors_and_times_are_kept(both):
    target, made = both

    for name in {"cx", "cz", "sx", "measure"} & set(target.operation_names):
        for place, known in target[name].items():
            if known is not None and known.error is not None:
                assert made[name][place].error == pytest.approx(known.error)
            if known is not None and known.duration is not None:
                assert made[name][place].duration == pytest.approx(known.duration)
    assert made.dt == pytest.approx(target.dt)


def test_coherence_times_are_kept(both):
    target, made = both

    for known, found in zip(
        target.qubit_properties, made.qubit_properties, strict=True
    ):
        assert (found.t1, found.t2) == pytest.approx((known.t1, known.t2))


def test_circuits_are_transpiled_for_it(both):
    _, made = both
    circuit = QuantumCircuit(3)
    circuit.h(0)
    circuit.cx(0, 2)
    circuit.measure_all()

    ready = transpile(circuit, target=made, seed_transpiler=1)

    assert ready.num_qubits == made.num_qubits
    assert set(ready.count_ops()) <= {*made.operation_names, "barrier"}


def test_a_simulator_of_any_wiring_stays_one():
    described = backends.describe_backend("aer_simulator")
    made = target_of(described["configuration"], described["properties"])

    assert made.build_coupling_map() is None
    assert {"cx", "h", "measure", "if_else"} <= set(made.operation_names)


def test_a_gate_that_nobody_knows_keeps_its_name_and_parameters():
    configuration = {
        "n_qubits": 2,
        "gates": [
            {"name": "twist", "parameters": ["a", "b"], "coupling_map": [[0, 1]]},
        ],
    }
    made = target_of(configuration)

    gate = made.operation_from_name("twist")
    assert (gate.num_qubits, len(gate.params)) == (2, 2)
    assert made.instruction_supported("twist", (0, 1))
    assert not made.instruction_supported("twist", (1, 0))
