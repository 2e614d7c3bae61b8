import base64
import json
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from qiskit import QuantumCircuit
from qiskit.quantum_info import SparsePauliOp

from program_runtime.codec import DecodeLimits, RuntimeDecoder, decode, encode
from program_runtime.codec.limits import measure
from program_runtime.errors import CodecError, UndecodableError


def tagged(tag, value):
    return json.dumps({"__type__": tag, "__value__": value})


def compressed(data, level=9):
    return base64.b64encode(zlib.compress(data, level)).decode()


def npy(descr="'<f8'", shape="(2,)", data=bytes(16), version=1, fortran="False"):
    header = f"{{'descr': {descr}, 'fortran_order': {fortran}, 'shape': {shape}, }}\n".encode()
    width = 2 if version == 1 else 4
    return (
        b"\x93NUMPY"
        + bytes((version, 0))
        + len(header).to_bytes(width, "little")
        + header
        + data
    )


def refused(text, message, **limits):
    with pytest.raises(UndecodableError, match=message):
        decode(text, limits=DecodeLimits(**limits))


@pytest.mark.parametrize("tag", ["ndarray", "QuantumCircuit", "Instruction"])
def test_a_decompression_bomb_stops_at_the_limit(tag):
    bomb = compressed(npy(shape="(4_000_000,)", data=bytes(32_000_000)))
    assert len(bomb) < 60_000
    refused(
        tagged(tag, bomb),
        "more than 1000000 bytes after decompression|claims 32000000",
        decoded_bytes=1_000_000,
    )


def test_many_small_payloads_share_the_limit():
    text = encode([np.zeros(1000)] * 20)
    assert len(decode(text, limits=DecodeLimits(decoded_bytes=170_000))) == 20
    refused(text, "more than 100000 bytes after decompression", decoded_bytes=100_000)


def test_payloads_without_compression_are_counted_too():
    refused(
        tagged("Parameter", base64.b64encode(bytes(2000)).decode()),
        "more than 1000 bytes",
        decoded_bytes=1000,
    )


@pytest.mark.parametrize("opening", ["[", '{"a":', '[{"a":', '["]",', '[{"\\"]}":'])
def test_deep_nesting_is_refused_before_it_is_parsed(opening):
    for count in (201, 300_000):
        refused(opening * count, r"nests \d+ levels deep; the limit is 200")


def test_nesting_that_is_only_text_does_not_count():
    texts = ["[" * 1000, '"' + "{" * 1000, "\\", '\\"', "]" * 500, '",[[', "ä[[" * 500]
    assert decode(encode(texts)) == texts
    assert decode(encode(texts * 40)) == texts * 40


def test_long_texts_are_measured_like_short_ones():
    filler = "x" * 200_000
    refused(json.dumps(filler)[:-1] + '",' + "[" * 300, "nests 300 levels deep")
    refused('["' + filler + '",' + "[" * 300, "nests 301 levels deep")
    assert decode(encode([filler, '"[' * 300])) == [filler, '"[' * 300]
    assert decode(encode([filler] + [["a"]] * 300))[1:] == [["a"]] * 300


def test_unfinished_strings_reach_the_parser():
    refused('["' + "x" * 200_000, "The text is no JSON: Unterminated string")


def test_too_many_values_are_refused_before_they_are_parsed():
    assert decode(encode([0] * 999), limits=DecodeLimits(elements=1000)) == [0] * 999
    refused(encode([0] * 1001), "The text holds more than 1000 values", elements=1000)
    refused(encode([[]] * 600), "The text holds more than 1000 values", elements=1000)
    text = encode([",[" * 600] * 3)
    assert decode(text, limits=DecodeLimits(elements=1000)) == [",[" * 600] * 3


JSON_VALUES = st.recursive(
    st.none() | st.floats(allow_nan=False) | st.text('[]{},"\\ä', max_size=6),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text('[]{},"\\', max_size=3), inner, max_size=3)
    ),
    max_leaves=30,
)


def depth_of(value):
    if isinstance(value, dict):
        value = list(value.values())
    return 1 + max(map(depth_of, value), default=0) if isinstance(value, list) else 0


@settings(max_examples=50, deadline=None)
@given(value=JSON_VALUES)
def test_the_depth_is_exact_where_it_exceeds_the_limit(value):
    for ascii_only in (True, False):
        text = json.dumps(value, ensure_ascii=ascii_only)
        depth = depth_of(value)
        for limit in (0, 1, 2, 5):
            measured = measure(text, depth=limit, elements=0)[1]
            assert (
                (measured == depth)
                if depth > limit
                else (measured <= max(limit, depth))
            )


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        (5.5j, "no"),
        ("!!!!", "The payload is no base64"),
        ("QUJ", "The payload is no base64"),
        ("QUJD" * 100_000 + "Q", "The payload is no"),
        ("QQ==" + "QUJD" * 100_000, "no base64|no zlib stream"),
        (base64.b64encode(b"no zlib").decode(), "The payload is no zlib stream"),
        (
            base64.b64encode(b"no zlib" * 50_000).decode(),
            "The payload is no zlib stream",
        ),
        (compressed(npy())[:-8], "The payload ends too early|no base64"),
        (
            compressed(npy())[: 4 * (len(compressed(npy())) // 8)],
            "The payload ends too early",
        ),
        (
            base64.b64encode(zlib.compress(npy()) + b"more").decode(),
            "Bytes follow the end",
        ),
        (compressed(b""), "no array in NPY format"),
        (compressed(b"\x93NUMPY\x09\x00" + bytes(20)), "no array in NPY format"),
        (
            compressed(b"\x93NUMPY\x02\x00\xff\xff\xff\xff" + bytes(20)),
            "header claims 4294967295 bytes",
        ),
        (compressed(b"\x93NUMPY\x01\x00\x00\x01{}"), "header claims 256 bytes"),
        (compressed(npy(shape="(10**15,)")), "header is malformed"),
        (
            compressed(npy(shape="(1000000000000000,)")),
            "header claims 8000000000000000 bytes",
        ),
        (compressed(npy(shape="(100000000,)")), "claims 800000000 bytes"),
        (compressed(npy(shape="(3,)")), "claims 24 bytes, the data has 16"),
        (compressed(npy(shape="(1,)")), "claims 8 bytes, the data has more"),
        (
            compressed(npy(shape="(1,)", data=bytes(400_000))),
            "claims 8 bytes, the data has more",
        ),
        (compressed(npy(shape="(-2,)")), r"shape \(-2,\) is malformed"),
        (compressed(npy(shape="(2.0,)")), "is malformed"),
        (compressed(npy(shape="(True, 2)")), "is malformed"),
        (compressed(npy(shape="2")), "header is malformed"),
        (
            compressed(npy(shape="__import__('os').system('true')")),
            "header is malformed",
        ),
        (compressed(npy(shape="(" * 3000)), "header is malformed"),
        (compressed(npy(shape="(1,)" + " " * 20_000)), "header claims 20"),
        (compressed(npy(descr="'|O'")), "The array holds pickled objects"),
        (compressed(npy(descr="[('a', '|O')]")), "The array holds pickled objects"),
        (compressed(npy(descr="'no such type'")), "header is malformed"),
        (
            compressed(npy(descr="'<U0'", shape="(10000000000,)", data=b"")),
            "holds more than 5000000 values",
        ),
        (
            compressed(npy(shape="(0, 1000000000000000000000000)", data=b"")),
            "can not be decoded",
        ),
        (compressed(npy(shape="(1,) * 100")), "header is malformed"),
        (compressed(b"{'a': 1}"), "no array in NPY format"),
    ],
)
def test_malformed_arrays_are_refused(payload, message):
    if isinstance(payload, complex):
        text = '{"__type__": "ndarray", "__value__": {"__type__": "QuantumCircuit", "__value__": 5}}'
        refused(text, "The payload is not base64 text but of type 'int'")
    else:
        refused(tagged("ndarray", payload), message)


def test_arrays_of_every_header_version_are_read():
    for version in (1, 2, 3):
        array = decode(tagged("ndarray", compressed(npy(version=version))))
        assert array.tolist() == [0.0, 0.0]
    assert decode(tagged("ndarray", compressed(npy(fortran="True")))).tolist() == [
        0.0,
        0.0,
    ]


def test_a_header_that_arrives_in_pieces_is_read():
    plain = zlib.compress(npy(), 0)
    for count in (60_000, 39_319):  # the latter ends a chunk within the header
        empty_blocks = b"\x00\x00\x00\xff\xff" * count
        data = plain[:2] + empty_blocks + plain[2:]
        array = decode(tagged("ndarray", base64.b64encode(data).decode()))
        assert array.tolist() == [0.0, 0.0]


def test_large_payloads_are_checked_like_small_ones():
    good = zlib.compress(npy(shape="(50_000,)", data=bytes(400_000)), 0)
    text = base64.b64encode(good).decode()
    assert decode(tagged("ndarray", text)).shape == (50_000,)
    refused(tagged("ndarray", text[:300_000]), "The payload ends too early")
    refused(
        tagged("ndarray", base64.b64encode(good + bytes(400_000)).decode()),
        "Bytes follow the end",
    )
    padded = base64.b64encode(good[:196_607]).decode() + text[262_144:]
    refused(tagged("ndarray", padded), "no base64: padding inside")
    refused(tagged("QuantumCircuit", text), "no circuit in QPY format")


def test_depth_beyond_python_is_an_error_even_when_the_limit_allows_it():
    text = "[" * 50_000 + "]" * 50_000
    for filler in ("", " " * 1_000_000):
        refused(filler + text, "The text nests too deep", depth=1_000_000)
    with pytest.raises(RecursionError):
        RuntimeDecoder(limits=DecodeLimits(depth=1_000_000)).decode(text)


def test_an_error_inside_of_a_value_names_the_tag_once():
    with pytest.raises(UndecodableError) as caught:
        decode(tagged("ndarray", "!!!!"))
    assert str(caught.value).count("tag 'ndarray'") == 1
    assert isinstance(caught.value.__cause__, CodecError)


@settings(max_examples=50, deadline=None)
@given(
    data=st.binary(max_size=200),
    tag=st.sampled_from(["ndarray", "spmatrix", "Parameter", "ParameterExpression"]),
)
def test_random_bytes_under_a_tag_are_errors_and_nothing_worse(data, tag):
    for payload in (base64.b64encode(data).decode(), compressed(data)):
        if tag == "Parameter" and len(data) >= 18:
            continue
        with pytest.raises(UndecodableError):
            decode(tagged(tag, payload))


def described(name, module="qiskit.quantum_info.operators.operator", **values):
    head = {"__type__": "settings", "__module__": module, "__class__": name}
    return {**head, "__value__": values}


@pytest.mark.parametrize(
    "name",
    ["Operator", "Statevector", "DensityMatrix", "SuperOp", "Choi", "Kraus", "PTM"],
)
def test_nothing_but_numbers_becomes_a_matrix(name):
    # A circuit of 20 qubits would take 16 TiB.
    circuit = json.loads(encode(QuantumCircuit(20)))
    pauli = json.loads(encode(SparsePauliOp("X" * 20)))
    for data in (circuit, pauli, [circuit], "X"):
        refused(
            json.dumps(described(name, data=data)), f"of the {name} are not numbers"
        )


def test_a_factor_of_an_old_operator_multiplies_nothing_else():
    module = "qiskit.opflow.primitive_ops.pauli_sum_op"
    text = json.dumps(described("PauliSumOp", module, primitive="a", coeff=10**9))
    refused(text, "is no SparsePauliOp")
    operator = json.loads(encode(SparsePauliOp("X")))
    for factor in ("a", [1], {"a": 1}):
        old = described("PauliSumOp", module, primitive=operator, coeff=factor)
        refused(json.dumps(old), "is no number")
    old = described("PauliSumOp", module, primitive=operator, coeff=2)
    assert decode(json.dumps(old)) == SparsePauliOp("X", 2)


@pytest.mark.parametrize("instruction", [{"qubits": [16]}, {"qubits": [0, 1000]}])
def test_an_error_of_a_noise_model_acts_on_few_qubits(instruction):
    error = {"type": "qerror", "operations": ["x"], "probabilities": [1.0]}
    error["instructions"] = [[{"name": "id", **instruction}]]
    refused(tagged("NoiseModel", {"errors": [error]}), "on more than 16 qubits")


def test_numbers_among_texts_count_as_the_texts_they_become():
    text = tagged("ndarray", ["a", *[1.5] * 999])
    assert decode(text).nbytes == 128 * 1000
    refused(text, "more than 100000 bytes", decoded_bytes=100_000)


def test_an_error_does_not_repeat_what_it_was_given():
    with pytest.raises(UndecodableError) as caught:
        decode(tagged("datetime", "x" * 100_000))
    assert len(str(caught.value)) < 600


@pytest.mark.timeout(10)
@pytest.mark.parametrize("tag", ["ExecutionSpans", "PrimitiveResult", "NoiseModel"])
def test_a_value_that_answers_to_any_index_is_not_read_as_a_list(tag):
    endless = {"__type__": "BindingsArray", "__value__": {"shape": [], "data": {}}}
    assert decode(json.dumps(endless))[0] is not None
    refused(tagged(tag, endless), "It is about a BindingsArray")
    parts = ("spans", "pub_results", "errors")
    refused(tagged(tag, dict.fromkeys(parts, endless)), "are no list")
