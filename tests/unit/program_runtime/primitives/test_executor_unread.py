"""Circuits and samplexes that can not be read, and what is said of them."""

import base64
import io
import sys
import zlib
from types import SimpleNamespace

import numpy as np
import pytest
from executor_inputs import arrays, bell, inputs, item, packed, refusal, run
from qiskit import QuantumCircuit, qpy
from qiskit.circuit import Parameter

from program_runtime.errors import BadInputsError
from program_runtime.primitives import executor_circuits, executor_samplex
from program_runtime.primitives.executor_findings import UnfitError
from program_runtime.primitives.executor_tensors import write_tensor


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
        (broken(written()[:20] + b"\xff" * 8), "the QPY payload ends too early"),
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
        "table",
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


def test_an_item_of_an_older_version_holds_one_circuit():
    def old(circuits):
        stream = io.BytesIO()
        qpy.dump(circuits, stream)
        text = base64.b64encode(stream.getvalue()).decode()
        arguments = write_tensor(np.zeros(0), compressed=False)
        entry = item(circuit={"circuit_b64": text}, circuit_arguments=arguments)
        return {
            "schema_version": "v0.2",
            "quantum_program": {"shots": 5, "items": [entry]},
        }

    assert run(old([bell()]))["data"][0]["results"]["meas"]["shape"] == [5, 2]
    assert refusal(old([bell(), bell()])) == [
        "quantum_program.items[0].circuit: the payload holds 2 circuits, expected one"
    ]


def test_too_long_texts_are_not_read(monkeypatch):
    monkeypatch.setattr(executor_circuits, "_MOST_QASM_CHARACTERS", 9)
    monkeypatch.setattr(executor_samplex, "_MOST_CHARACTERS", 9)
    samplex = {"ssv": 1, "samplex_json": "0123456789"}
    values = inputs([bell()], [samplex_item(samplex=samplex)])
    assert refusal(values) == [
        "quantum_program.items[0]: the samplex has 10 characters, the limit is 9"
    ]
    values["quantum_program"]["circuits"] = {"data": ["01234", "56789"]}
    assert refusal(values) == [
        (
            "quantum_program.circuits: the OpenQASM 3 texts have 10 characters, the limit "
            "is 9"
        )
    ]


def test_a_samplex_newer_than_its_version_is_refused():
    with pytest.raises(
        UnfitError, match="in format 3, this schema version has up to 2"
    ):
        executor_samplex.read_samplex({"ssv": 3, "samplex_json": "{}"}, newest=2)


def test_whoever_wants_the_process_to_end_is_not_told_of_circuits(monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(executor_circuits.qpy, "load", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run(inputs([QuantumCircuit(1, 1, name="never read before")]))


def test_what_is_no_circuit_is_refused(monkeypatch):
    monkeypatch.setattr(executor_circuits.qpy, "load", lambda _: ["a schedule"])
    values = inputs([QuantumCircuit(1, 1, name="not read before")])
    assert refusal(values) == [
        "quantum_program.circuits: part 0 of the payload is no circuit"
    ]


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


def test_a_tensor_among_the_arguments_is_named_with_what_is_wrong_with_it():
    samplomatic = pytest.importorskip("samplomatic")
    circuit = QuantumCircuit(1)
    with circuit.box([samplomatic.Twirl()]):
        circuit.rx(Parameter("angle"), 0)
        circuit.measure_all()
    samplex = samplomatic.build(circuit)[1]
    wrong = {"parameter_values": {"data": "", "shape": [1], "dtype": "f8"}}
    with pytest.raises(
        UnfitError, match=r"^parameter_values: its dtype is 'f8', known"
    ):
        executor_samplex.bind_arguments(samplex, wrong, compressed=True)


def test_a_circuit_without_random_parts_may_have_a_samplex():
    samplomatic = pytest.importorskip("samplomatic")
    serialization = pytest.importorskip("samplomatic.serialization")
    circuit = bell()
    template, samplex = samplomatic.build(circuit)
    text = serialization.samplex_to_json(samplex, None, 4)
    entry = samplex_item(samplex={"ssv": 4, "samplex_json": text}, shape=[3])
    found = arrays(run(inputs([template], [entry])))
    assert found["meas"].shape == (3, 100, 2)


def stub(sample=None, shape=("num_randomizations", 2)):
    """A samplex that was read, and yet is none."""
    spec = SimpleNamespace(name="angles", shape=shape, dtype="f8")
    outputs = SimpleNamespace(specs=[spec])
    return SimpleNamespace(outputs=lambda: outputs, sample=sample)


def test_a_samplex_that_breaks_when_it_is_drawn_from_ends_in_words():
    def sample(*_, **__):
        raise KeyError("node 7")

    arguments = np.zeros(())
    with pytest.raises(BadInputsError, match=r"can not be drawn from.*\n.*node 7"):
        executor_samplex.draw(stub(sample), arguments, (2,), np.random.default_rng(1))


def test_a_samplex_of_unknown_size_is_refused():
    samplex = stub(shape=("num_randomizations", "num_terms"))
    with pytest.raises(UnfitError, match="leaves the shape of 'angles' open"):
        executor_samplex.check_room(samplex, (2,))


def test_a_samplex_is_not_read_when_the_process_is_to_end(monkeypatch):
    serialization = pytest.importorskip("samplomatic.serialization")

    def interrupted(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(serialization, "samplex_from_json", interrupted)
    with pytest.raises(KeyboardInterrupt):
        executor_samplex.read_samplex({"ssv": 1, "samplex_json": "{}"}, newest=None)
