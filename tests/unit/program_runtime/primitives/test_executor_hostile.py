"""Damaged payloads of quantum programs end in words, whatever was damaged."""

import base64
import contextlib
import zlib

import numpy as np
import pytest
from executor_inputs import bell, inputs, item, run
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from qiskit import QuantumCircuit
from qiskit.circuit import Parameter

from program_runtime.errors import BadInputsError, UnsupportedCircuitError
from program_runtime.primitives.executor_tensors import write_tensor

SETTINGS = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
BYTES = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)),
    min_size=1,
    max_size=6,
)


def damaged(data, changes):
    hurt = bytearray(data)
    for place, value in changes:
        hurt[int(place * len(hurt))] = value
    return bytes(hurt)


def ends_in_words(values):
    with contextlib.suppress(BadInputsError, UnsupportedCircuitError):
        result = run(values)
        assert len(result["data"]) == len(values["quantum_program"]["items"])


@SETTINGS
@given(BYTES)
def test_a_damaged_circuit(changes):
    values = inputs([bell(), bell()], shots=2)
    payload = values["quantum_program"]["circuits"]
    data = zlib.decompress(base64.b64decode(payload["b64_data"]))
    packed = zlib.compress(damaged(data, changes))
    payload["b64_data"] = base64.b64encode(packed).decode()
    ends_in_words(values)


@SETTINGS
@given(BYTES)
def test_a_damaged_stream(changes):
    values = inputs([bell()], shots=2)
    payload = values["quantum_program"]["circuits"]
    packed = damaged(base64.b64decode(payload["b64_data"]), changes)
    payload["b64_data"] = base64.b64encode(packed).decode()
    ends_in_words(values)


@SETTINGS
@given(
    st.lists(st.integers(-2, 2**70), max_size=4),
    st.sampled_from(["f64", "bool", "c128", "u64", "f8"]),
    st.binary(max_size=40),
    st.lists(st.integers(0, 2**70), max_size=4),
)
def test_a_made_up_tensor(lengths, dtype, data, shape):
    circuit = QuantumCircuit(1)
    circuit.rx(Parameter("angle"), 0)
    circuit.measure_all()
    tensor = {
        "shape": lengths,
        "dtype": dtype,
        "data": base64.b64encode(zlib.compress(data)).decode(),
    }
    made_up = item(circuit_arguments=tensor, shape=shape)
    ends_in_words(inputs([circuit], [made_up], shots=1))


@pytest.fixture(scope="module")
def samplex_text():
    samplomatic = pytest.importorskip("samplomatic")
    serialization = pytest.importorskip("samplomatic.serialization")
    circuit = QuantumCircuit(2)
    with circuit.box([samplomatic.Twirl()]):
        circuit.rx(Parameter("angle"), 0)
        circuit.cx(0, 1)
    with circuit.box([samplomatic.Twirl()]):
        circuit.measure_all()
    template, samplex = samplomatic.build(circuit)
    return template, serialization.samplex_to_json(samplex, None, 4)


@SETTINGS
@given(changes=BYTES)
def test_a_damaged_samplex(samplex_text, changes):
    template, text = samplex_text
    hurt = damaged(text.encode(), changes).decode("latin-1")
    angles = write_tensor(np.zeros((2, 1)), compressed=True)
    entry = {
        "item_type": "samplex",
        "samplex": {"ssv": 4, "samplex_json": hurt},
        "samplex_arguments": {"parameter_values": angles},
        "shape": [3, 2],
    }
    ends_in_words(inputs([template], [entry], shots=2))
