"""Circuits are transpiled once for each structure and target."""

import logging

import numpy as np
import pytest
from primitive_samples import call
from qiskit import QuantumCircuit
from qiskit.circuit import Parameter, ParameterVector
from qiskit.circuit.library import UnitaryGate

from program_runtime.primitives import machine, transpilation
from program_runtime.primitives.structure import structure_of
from program_runtime.primitives.transpilation import Recipe, prepare
from program_runtime.program.testing import local_backend

LEVEL = {"optimization_level": 1}


def ansatz(*, name="a", gate="ry", reps=1, matrix=None):
    angle = Parameter(name)
    circuit = QuantumCircuit(2)
    for _ in range(reps):
        getattr(circuit, gate)(angle, 0)
    circuit.cx(0, 1)
    if matrix is not None:
        circuit.append(UnitaryGate(matrix), [0])
    circuit.measure_all()
    return circuit


def origins(result):
    return [pub.metadata["transpilation"] for pub in result]


def test_other_values_find_the_transpiled_circuit(sampler, caplog):
    caplog.set_level(logging.INFO)
    for value, origin in [(0.1, "transpiled"), (0.2, "cached"), (0.3, "cached")]:
        result = call(
            sampler, pubs=[(ansatz(), [value])], options=LEVEL, device="fake_manila"
        )
        assert origins(result) == [origin]
        assert f"transpilation: {origin}" in caplog.messages


def test_one_job_transpiles_equal_circuits_once(sampler):
    pubs = [(ansatz(), [0.1]), (ansatz(), [0.2]), (ansatz(gate="rx"), [0.2])]
    result = call(sampler, pubs=pubs, options=LEVEL, device="fake_manila")
    assert origins(result) == ["transpiled", "cached", "transpiled"]


def test_another_target_or_recipe_transpiles_anew(sampler):
    def run(device, **options):
        options = {**LEVEL, **options}
        result = call(sampler, pubs=[(ansatz(), [0.1])], options=options, device=device)
        return origins(result)

    assert run("fake_manila") == ["transpiled"]
    assert run("fake_lagos") == ["transpiled"]
    assert run("fake_manila", optimization_level=2) == ["transpiled"]
    assert run("fake_manila") == run("fake_lagos") == ["cached"]


def test_a_circuit_that_fits_is_not_transpiled(sampler):
    result = call(sampler, pubs=[(ansatz(), [0.1])], options=LEVEL)
    assert origins(result) == ["isa"]


def test_a_cached_circuit_gets_the_values_of_the_new_one(sampler):
    for value, text in [(0.0, "00"), (np.pi, "11"), (0.0, "00")]:
        options = {"simulator": {"basis_gates": ["rz", "sx", "cx"]}, **LEVEL}
        result = call(sampler, pubs=[(ansatz(), [value], 50)], options=options)
        assert result[0].data.meas.get_counts() == {text: 50}
    assert origins(result) == ["cached"]


def test_a_parameter_that_the_transpiler_removes_keeps_its_value_in_the_list():
    first, second = ParameterVector("v", 2)
    circuit = QuantumCircuit(1, 1)
    circuit.append(UnitaryGate([[0, 1], [1, 0]]), [0])
    circuit.rx(second, 0)
    circuit.rz(first, 0)
    circuit.measure(0, 0)
    target = machine.machine_of(local_backend("fake_manila"))
    prepared = prepare(circuit, target, Recipe(level=3))
    assert len(prepared.circuit.parameters) == 1
    bound = prepared.bind(np.array([0.1, 0.2]))
    assert not bound.parameters


def test_what_differs_for_the_transpiler_differs_in_structure():
    label = ansatz()
    label.x(0, label="noisy")
    plain = ansatz()
    plain.x(0)
    fewer = QuantumCircuit(2)
    fewer.ry(Parameter("a"), 0)
    number = QuantumCircuit(2)
    number.ry(0.5, 0)
    circuits = [
        ansatz(),
        ansatz(name="b"),
        ansatz(gate="rx"),
        ansatz(reps=2),
        ansatz(matrix=np.eye(2)),
        ansatz(matrix=np.array([[0, 1], [1, 0]])),
        label,
        plain,
        fewer,
        number,
    ]
    assert len({structure_of(circuit) for circuit in circuits}) == len(circuits)


@pytest.mark.parametrize("matrix", [None, np.eye(2)])
def test_names_and_metadata_of_a_circuit_do_not_matter(matrix):
    one, other = ansatz(), ansatz()
    if matrix is not None:
        one = ansatz(matrix=matrix)
        other = one.copy()
    other.name, other.metadata = "other", {"run": 2}
    assert structure_of(one) == structure_of(other)


def test_the_least_used_is_forgotten(monkeypatch):
    monkeypatch.setattr(transpilation, "_REMEMBERED", 2)
    made = []

    def make(key):
        return transpilation.remember(key, lambda: made.append(key))[1]

    assert [make(key) for key in "abacab"] == [False, False, True, False, True, False]
    assert made == ["a", "b", "c", "b"]
