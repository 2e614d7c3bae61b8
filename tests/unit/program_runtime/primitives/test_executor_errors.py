"""What is wrong with a quantum program, in words, all of it at once."""

import base64
import io
import sys
import zlib

import numpy as np
import pytest
from executor_inputs import bell, inputs, item, packed, run
from qiskit import QuantumCircuit, qpy
from qiskit.circuit import Parameter

from program_runtime.errors import BadInputsError, UnsupportedCircuitError
from program_runtime.primitives import executor_samplex
from program_runtime.primitives.executor_tensors import write_tensor
from program_runtime.program.testing import local_backend


def turned():
    circuit = QuantumCircuit(1, name="turned")
    circuit.ry(Parameter("angle"), 0)
    circuit.measure_all()
    return circuit


def refusal(values, backend=None):
    with pytest.raises(BadInputsError) as caught:
        run(values, backend)
    return [str(problem) for problem in caught.value.problems]


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


def broken(data):
    return {"b64_data": base64.b64encode(zlib.compress(data)).decode()}


def written():
    stream = io.BytesIO()
    qpy.dump(bell(), stream)
    return stream.getvalue()


def bits_claimed(data):
    """Two qubits become four thousand million."""
    return data.replace(b"\0\0\0\2" * 2, b"\xff\xff\xff\xff\0\0\0\2", 1)


@pytest.mark.parametrize(
    ("circuits", "message"),
    [
        ({}, "it holds no circuits: neither b64_data nor data"),
        (broken(b"hello"), "the circuits are not in QPY format"),
        (
            broken(written()[:6] + b"\xff" + written()[7:]),
            (
                f"the circuits are in QPY format 255, the service's Qiskit reads up to "
                f"{qpy.QPY_VERSION} (update Qiskit where the service runs)"
            ),
        ),
        (
            broken(written()[:6] + b"\x0c" + written()[7:]),
            (
                "the circuits are in QPY format 12, the oldest that is read is 13 "
                "(update Qiskit where the client runs)"
            ),
        ),
        (
            broken(written()[:10] + b"\xff" * 8 + written()[18:]),
            "claims 18446744073709551615 parts",
        ),
        (broken(written()[:-40]), "the circuits can not be read: "),
        (broken(written()[:24]), "the QPY payload ends too early"),
        (
            broken(bits_claimed(written())),
            "a circuit claims 4294967295 qubits and 2 classical bits, the limit is 100000",
        ),
        ({"b64_data": "?"}, "The payload is no base64"),
        ({"data": ["OPENQASM 3.0; nonsense;"]}, "the OpenQASM 3 text 0 can not be"),
    ],
    ids=[
        "none",
        "magic",
        "new",
        "old",
        "count",
        "cut",
        "end",
        "bits",
        "base64",
        "qasm",
    ],
)
def test_circuits_that_can_not_be_read_are_refused(circuits, message):
    values = inputs([bell()])
    values["quantum_program"]["circuits"] = circuits
    [told] = refusal(values)
    assert told.startswith("quantum_program.circuits: ")
    assert message in told


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


def test_annotated_boxes_are_answered_with_the_way_to_send_them():
    samplomatic = pytest.importorskip("samplomatic")
    serializer = pytest.importorskip("ibm_quantum_schemas.common.annotation_serializer")
    circuit = QuantumCircuit(2)
    with circuit.box([samplomatic.Twirl()]):
        circuit.cx(0, 1)
    stream = io.BytesIO()
    factories = {"samplomatic": serializer.AnnotationSerializer}
    qpy.dump(circuit, stream, annotation_factories=factories)
    values = inputs([bell()])
    values["quantum_program"]["circuits"] = broken(stream.getvalue())
    [told] = refusal(values)
    assert "samplomatic.build()" in told


def samplex_item(**more):
    return {"item_type": "samplex", "samplex_arguments": {}, "shape": [], **more}


def test_a_missing_library_is_named_with_its_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "samplomatic", None)
    entry = samplex_item(samplex={"ssv": 4, "samplex_json": '{"asked": "without"}'})
    [told] = refusal(inputs([bell()], [entry]))
    assert "samplex items need a library that the service has not" in told
    assert "pip install 'qiskit-program-toolkit[executor]'" in told


@pytest.mark.parametrize(
    ("samplex", "message"),
    [
        ({"ssv": 4, "samplex_json": "no json"}, "the samplex can not be read: "),
        ({"ssv": 4, "samplex_json": '{"attrs": {}}'}, "the samplex can not be read: "),
        ({"ssv": 400, "samplex_json": "{}"}, "the samplex is in format 400, the"),
        ({"ssv": "4", "samplex_json": "{}"}, "the whole number ssv"),
    ],
    ids=["no json", "empty", "new", "text"],
)
def test_a_samplex_that_can_not_be_read_is_refused(samplex, message):
    pytest.importorskip("samplomatic")
    [told] = refusal(inputs([bell()], [samplex_item(samplex=samplex)]))
    assert told.startswith("quantum_program.items[0]: ")
    assert message in told


def test_a_samplex_and_its_arguments_must_fit_the_circuit(monkeypatch):
    monkeypatch.setattr(executor_samplex, "MAX_BYTES", 999)
    samplomatic = pytest.importorskip("samplomatic")
    serialization = pytest.importorskip("samplomatic.serialization")
    angle = Parameter("angle")
    circuit = QuantumCircuit(2)
    with circuit.box([samplomatic.Twirl()]):
        circuit.rx(angle, 0)
        circuit.cx(0, 1)
    with circuit.box([samplomatic.Twirl()]):
        circuit.measure_all()
    template, samplex = samplomatic.build(circuit)
    text = serialization.samplex_to_json(samplex, None, 4)
    wire = {"ssv": 4, "samplex_json": text}
    angles = write_tensor(np.zeros((2, 1)), compressed=True)
    wrong = write_tensor(np.zeros((2, 3)), compressed=True)
    good = {"parameter_values": angles}
    entries = [
        samplex_item(samplex=wire),
        samplex_item(samplex=wire, samplex_arguments={"other": 1}),
        samplex_item(samplex=wire, samplex_arguments={"parameter_values": wrong}),
        samplex_item(samplex=wire, samplex_arguments=good, shape=[3]),
        samplex_item(samplex=wire, samplex_arguments=good, shape=[50, 2]),
        samplex_item(samplex=wire, samplex_arguments=good),
    ]
    told = refusal(inputs([template] * 5 + [bell()], entries))
    assert [line.partition(": ")[2][:60] for line in [*told[:4], told[5]]] == [
        "the samplex also needs parameter_values",
        "the samplex takes no 'other', it takes parameter_values",
        "parameter_values does not fit: ValueError: Input 'parameter_",
        "its shape [3] does not go with that of its arguments, [2]",
        "the samplex draws 12 parameters, but the circuit 'bell' has ",
    ]
    assert "drawing for its shape [50, 2] needs 5000 bytes, the limit is 999" in told[4]


def test_a_qpy_of_something_else_is_read_as_none():
    values = inputs([bell()])
    values["quantum_program"]["circuits"] = {**packed([bell()]), "b64_data": 5}
    assert refusal(values) == [
        "quantum_program.circuits: it holds no circuits: neither b64_data nor data"
    ]
