"""What is wrong with a quantum program, in words, all of it at once."""

from types import SimpleNamespace

import numpy as np
import pytest
from executor_inputs import bell, inputs, item, refusal, run
from qiskit import QuantumCircuit
from qiskit.circuit import Parameter

from program_runtime.errors import UnsupportedCircuitError
from program_runtime.primitives.executor_bits import shot_bits
from program_runtime.primitives.executor_tensors import write_tensor
from program_runtime.program.testing import local_backend


def turned():
    circuit = QuantumCircuit(1, name="turned")
    circuit.ry(Parameter("angle"), 0)
    circuit.measure_all()
    return circuit


def test_an_unknown_version_is_answered_with_the_known_ones():
    assert refusal({**inputs([bell()]), "schema_version": "v3.0"}) == [
        (
            "schema_version: the version is 'v3.0', known are v2.0, v1.1, v1.0, v0.2, v0.1 "
            "(update the service, or send an older version)"
        )
    ]


def test_everything_wrong_is_told_at_once():
    values = inputs(
        [turned(), bell(), bell()],
        [item([1.0, 2.0]), item(chunk_size=3), item(shape=[2, 3])],
        shots=10**7,
        meas_level="kerneled",
    )
    values["quantum_program"]["items"][2]["circuit_arguments"]["shape"] = [7]
    paths = [problem.split(":")[0] for problem in refusal(values)]
    assert paths == [
        "quantum_program.items[0]",
        "quantum_program.items[2]",
        "quantum_program.items",
        "quantum_program.shots",
        "quantum_program.meas_level",
    ]


@pytest.mark.parametrize(
    ("circuit", "entry", "message"),
    [
        (
            turned(),
            item([1.0, 2.0]),
            (
                "circuit_arguments have shape [2], but the circuit 'turned' has 1 "
                "parameters; the last axis is over them"
            ),
        ),
        (
            turned(),
            item(1.0),
            (
                "circuit_arguments have shape [], but the circuit 'turned' has 1 "
                "parameters; the last axis is over them"
            ),
        ),
        (
            turned(),
            item([[1.0], [2.0]], shape=[3]),
            "its shape [3] does not go with that of its arguments, [2]",
        ),
        (
            turned(),
            item([np.nan]),
            "circuit_arguments hold a value that is no finite number",
        ),
        (
            turned(),
            item(circuit_arguments=write_tensor(np.array([1]), compressed=True)),
            "circuit_arguments are i64, expected f64",
        ),
        (
            turned(),
            item([1.0], shape=[0, 2**70]),
            f"its shape [0, {2**70}] asks for {2**70} executions, the limit is 10000000",
        ),
        (
            bell(),
            item(item_type="samplex"),
            "it needs the text samplex_json and the whole number ssv",
        ),
    ],
    ids=["too many", "scalar", "shape", "nan", "whole numbers", "huge", "no samplex"],
)
def test_an_item_that_does_not_fit_is_refused(circuit, entry, message):
    told = refusal(inputs([circuit], [entry]))
    assert told == [f"quantum_program.items[0]: {message}"]


def test_too_many_shots_are_told_with_both_numbers():
    assert refusal(inputs([bell()], shots=2_000_000)) == [
        (
            "quantum_program.shots: 2000000 shots are asked for, the backend takes 1 to "
            "1000000"
        )
    ]


def test_too_many_bits_are_told_with_both_numbers():
    values = inputs([bell()], [item(shape=[1000])], shots=1_000_000)
    [told] = refusal(values)
    assert "1000000 shots of all items give 2000000000 measured bits" in told
    assert "the limit is 1073741824" in told


def test_mixed_chunk_sizes_are_refused():
    values = inputs([bell(), bell()], [item(chunk_size=3), item()])
    [told] = refusal(values)
    assert told.startswith(
        "quantum_program.items: chunk_size is a number for 1 of 2 items"
    )


def test_a_level_that_simulators_have_not_is_refused():
    assert refusal(inputs([bell()], meas_level="avg_kerneled")) == [
        (
            "quantum_program.meas_level: the level is 'avg_kerneled', the executor gives "
            "'classified' results only"
        )
    ]


def test_as_many_circuits_as_items_are_needed():
    assert refusal(inputs([bell()], [item(), item()])) == [
        (
            "quantum_program.circuits: there are 1 circuits for 2 items, expected one for "
            "each"
        )
    ]


def test_a_circuit_that_does_not_fit_the_backend_is_refused_before_anything_runs():
    pytest.importorskip("qiskit_ibm_runtime")
    with pytest.raises(UnsupportedCircuitError, match=r"Circuit 1 \('bell'\) uses 'h'"):
        run(inputs([QuantumCircuit(1, 1), bell()]), local_backend("fake_manila"))


def test_what_the_simulator_can_not_hold_is_no_result():
    circuit = QuantumCircuit(50, name="wide")
    circuit.rx(0.3, range(50))
    circuit.cz(range(49), range(1, 50))
    circuit.rx(0.3, range(50))
    circuit.measure_all()
    with pytest.raises(
        UnsupportedCircuitError, match=r"^'aer_simulator' could not run the .*memory"
    ):
        run(inputs([circuit, bell()]))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"counts": {"0x0": 2}}, "returned counts and no memory of single shots"),
        ({"memory": ["0x0"] * 3}, "returned 3 shots, 2 were asked for"),
    ],
    ids=["counts", "shots"],
)
def test_a_backend_that_tells_too_little_is_named(data, message):
    experiment = SimpleNamespace(data=SimpleNamespace(**data))
    with pytest.raises(UnsupportedCircuitError, match=message):
        shot_bits(experiment, shots=2, bits=1)
