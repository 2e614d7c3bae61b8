"""Circuit items of quantum programs: what runs, how often, and what comes back."""

import json
from datetime import datetime

import numpy as np
import pytest
from executor_inputs import arrays, bell, inputs, item, packed, run
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister
from qiskit.circuit import Parameter, ParameterVector

from program_runtime.program.testing import local_backend


def turned(count=1):
    """Each qubit is turned by an angle of its own."""
    angles = ParameterVector("angle", count)
    circuit = QuantumCircuit(count)
    for qubit, angle in enumerate(angles):
        circuit.ry(angle, qubit)
    circuit.measure_all()
    return circuit


def test_a_bell_pair_gives_equal_bits_shot_by_shot():
    bits = arrays(run(inputs([bell()], shots=2000)))["meas"]
    assert bits.shape == (2000, 2)
    assert bits.dtype == np.bool_
    assert (bits[:, 0] == bits[:, 1]).all()
    assert 850 < bits[:, 0].sum() < 1150


def test_each_element_of_a_sweep_runs_with_its_own_angles():
    turns = np.array([[[0.0, np.pi], [np.pi, 0.0], [np.pi, np.pi]]])
    bits = arrays(run(inputs([turned(2)], [item(turns)])))["meas"]
    assert bits.shape == (1, 3, 100, 2)
    assert np.array_equal(bits.mean(axis=2), turns / np.pi)


def test_the_angles_follow_the_order_of_the_circuits_parameters():
    second, first = Parameter("b"), Parameter("a")
    circuit = QuantumCircuit(2)
    circuit.ry(second, 1)
    circuit.ry(first, 0)
    circuit.measure_all()
    bits = arrays(run(inputs([circuit], [item([np.pi, 0])])))["meas"]
    assert bits.mean(axis=0).tolist() == [1, 0]


def test_a_shape_of_its_own_repeats_what_the_arguments_give():
    sweep = item([[0.0], [np.pi]], shape=[3, 2])
    bits = arrays(run(inputs([turned()], [sweep])))["meas"]
    assert bits.shape == (3, 2, 100, 1)
    assert bits.mean(axis=(2, 3)).tolist() == [[0, 1]] * 3


def test_an_empty_sweep_gives_empty_arrays():
    bits = arrays(run(inputs([turned()], [item(np.zeros((0, 1)))])))["meas"]
    assert bits.shape == (0, 100, 1)


def test_registers_come_apart_bit_0_first():
    low, high = ClassicalRegister(3, "low"), ClassicalRegister(2, "high")
    circuit = QuantumCircuit(QuantumRegister(5), low, high)
    circuit.x([1, 4])
    circuit.measure(range(5), range(5))
    found = arrays(run(inputs([circuit], shots=1)))
    assert found["low"].tolist() == [[False, True, False]]
    assert found["high"].tolist() == [[False, True]]


def test_registers_may_share_bits():
    low = ClassicalRegister(2, "low")
    both = ClassicalRegister(bits=[low[1], low[0]], name="turned")
    circuit = QuantumCircuit(QuantumRegister(2), low, both)
    circuit.x(1)
    circuit.measure([0, 1], [0, 1])
    found = arrays(run(inputs([circuit], shots=1)))
    assert found["low"].tolist() == [[False, True]]
    assert found["turned"].tolist() == [[True, False]]


def test_more_than_64_bits_are_told_apart():
    circuit = QuantumCircuit(2, 70)
    circuit.x(0)
    circuit.measure([0, 1], [69, 3])
    bits = arrays(run(inputs([circuit], shots=3)))["c"]
    assert [np.flatnonzero(shot).tolist() for shot in bits] == [[69]] * 3


def test_a_circuit_that_measures_nothing_keeps_its_bits_at_zero():
    circuit = QuantumCircuit(1, 2)
    circuit.x(0)
    found = arrays(run(inputs([circuit], shots=4)))
    assert not found["c"].any()
    assert found["c"].shape == (4, 2)


def test_a_circuit_without_bits_has_no_results():
    circuit = QuantumCircuit(1)
    circuit.x(0)
    result = run(inputs([circuit, bell()]))
    assert arrays(result, 0) == {}
    assert set(arrays(result, 1)) == {"meas"}


def test_programs_that_measure_nothing_run_nothing():
    silent = QuantumCircuit(1)
    silent.x(0)
    result = run(inputs([silent]))
    assert result["data"][0]["results"] == {}
    [chunk] = result["metadata"]["chunk_timing"]
    assert chunk["parts"][0]["size"] == 1


def test_a_program_without_items_has_an_empty_result():
    values = inputs([bell()])
    values["quantum_program"].update(items=[], circuits={"data": []})
    result = run(values)
    assert result["data"] == []
    assert result["metadata"] == {"chunk_timing": []}


def test_circuits_in_an_older_format_are_read():
    values = inputs([bell(), turned()], [item(), item([np.pi])])
    circuits = packed([bell(), turned()], version=13)
    values["quantum_program"]["circuits"] = circuits
    assert arrays(run(values), 1)["meas"].all()


def test_openqasm_3_is_read():
    text = 'OPENQASM 3.0; include "stdgates.inc"; input float turn;'
    text += " qubit[1] q; bit[1] out; ry(turn) q[0]; out = measure q;"
    values = inputs([], [item([np.pi])], shots=5)
    values["quantum_program"]["circuits"] = {"data": [text]}
    assert arrays(run(values))["out"].all()


def test_circuits_may_depend_on_what_they_measured():
    circuit = QuantumCircuit(2, 2)
    circuit.x(0)
    circuit.measure(0, 0)
    with circuit.if_test((circuit.clbits[0], 1)):
        circuit.x(1)
    circuit.measure(1, 1)
    assert arrays(run(inputs([circuit])))["c"].all()


def test_what_the_client_wants_back_comes_back():
    role, data = "sampler-v2", {"a": [1, 2.5, None, True, {"b": "c"}], "": {}}
    result = run(inputs([bell()], passthrough_data=data, semantic_role=role))
    assert result["passthrough_data"] == data
    assert result["semantic_role"] == role
    assert result["schema_version"] == "v2.0"
    assert json.loads(json.dumps(result)) == result


def test_chunks_say_what_they_held_and_when():
    sweep = item(np.zeros((2, 5, 1)), chunk_size=4)
    small = item(chunk_size=4)
    result = run(inputs([turned(), bell()], [sweep, small]))
    chunks = result["metadata"]["chunk_timing"]
    parts = [chunk["parts"] for chunk in chunks]
    assert [part["idx_item"] for [part] in parts] == [0, 0, 0, 1]
    assert [part["size"] for [part] in parts] == [4, 4, 2, 1]
    assert [part["element_range"] for [part] in parts] == [
        [0, 4, 1],
        [4, 8, 1],
        [8, 10, 1],
        [0, 1, 1],
    ]
    assert [part["permutation"] for [part] in parts] == [[0, 1]] * 3 + [[]]
    times = [datetime.fromisoformat(chunk[end]) for chunk in chunks for end in ENDS]
    assert times == sorted(times)
    assert times[0].utcoffset().total_seconds() == 0


ENDS = ("start", "stop")


def test_items_share_a_chunk_where_the_caller_does_not_mind():
    result = run(inputs([bell(), turned(), bell()], [item(), item([[0], [1]]), item()]))
    [chunk] = result["metadata"]["chunk_timing"]
    assert [part["size"] for part in chunk["parts"]] == [1, 2, 1]


def test_long_sweeps_are_cut_and_joined():
    angles = np.pi * (np.arange(700) % 3 == 0)[:, np.newaxis]
    result = run(inputs([turned()], [item(angles)], shots=2))
    sizes = [
        part["size"]
        for chunk in result["metadata"]["chunk_timing"]
        for part in chunk["parts"]
    ]
    assert sizes == [300, 300, 100]
    bits = arrays(result)["meas"]
    assert np.array_equal(bits[:, 0, 0], angles[:, 0] > 0)


def test_the_same_seed_gives_the_same_shots():
    values = inputs([bell()], options={"experimental": {"seed_simulator": 5}})
    first, again = (arrays(run(values, seed=None))["meas"] for _ in range(2))
    assert np.array_equal(first, again)
    values["options"]["experimental"]["seed_simulator"] = 6
    assert not np.array_equal(first, arrays(run(values, seed=None))["meas"])


def test_a_noisy_device_gives_its_noise():
    pytest.importorskip("qiskit_ibm_runtime")
    circuit = QuantumCircuit(5, 1)
    circuit.x(0)
    circuit.measure(0, 0)
    bits = arrays(run(inputs([circuit], shots=4000), local_backend("fake_manila")))
    assert 0.8 < bits["c"].mean() < 1
