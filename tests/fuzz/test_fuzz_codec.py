"""Texts that nobody's encoder wrote: a value or an error, never a deed."""

import base64
import functools
import io
import json
import struct
import sys
import warnings
import zipfile
import zlib
from datetime import UTC, datetime

import numpy as np
import pytest
from canary import PLANTED, nothing_is_run
from fuzzing import fuzz, memory_below
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from qiskit import QuantumCircuit, qpy
from qiskit.circuit import Parameter
from qiskit.primitives import BitArray, DataBin, PubResult
from qiskit.quantum_info import Operator, SparsePauliOp, Statevector
from qiskit_aer.noise import NoiseModel, depolarizing_error
from qiskit_ibm_runtime.execution_span import DoubleSliceSpan, ExecutionSpans
from scipy import sparse

from program_runtime.codec import DecodeLimits, decode, encode
from program_runtime.codec.tables import CLASS_TAGS, VALUE_TAGS, function
from program_runtime.errors import UndecodableError

MIB = 1024 * 1024
LIMITS = DecodeLimits(decoded_bytes=8 * MIB, elements=100_000)
MEMORY = 200 * MIB


def bell():
    angle = Parameter("angle")
    circuit = QuantumCircuit(2, 2, metadata={"a": 1 + 2j, "b": np.arange(3)})
    circuit.h(0)
    circuit.rz(2 * angle + 1, 1)
    circuit.cx(0, 1)
    circuit.unitary(np.eye(2), [0])
    with circuit.if_test((circuit.clbits[0], 1)):
        circuit.x(1)
    circuit.measure([0, 1], [0, 1])
    return circuit


def noise():
    model = NoiseModel()
    model.add_all_qubit_quantum_error(depolarizing_error(0.1, 1), ["x"])
    return model


def spans():
    moment = datetime(2026, 1, 2, tzinfo=UTC)
    slices = {0: ((2, 3), slice(0, 2), slice(0, 1))}
    return ExecutionSpans([DoubleSliceSpan(moment, moment, slices)])


def written(version):
    """A circuit in an older form of its format; the oldest are only called so."""
    plain = QuantumCircuit(1)
    plain.rz(Parameter("a") + 1, 0)
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        qpy.dump(plain, buffer, version=max(13, version))
    content = bytearray(buffer.getvalue())
    content[6] = version
    return bytes(content)


SAMPLES = {
    "numbers": [1, -2.5, 1 + 2j, float("inf"), 2**70, None, True],
    "texts": {"a": "é\U0001f600", "b": ["\0", "\\", '"']},
    "date": datetime(2026, 1, 2, tzinfo=UTC),
    "set": {1, "a", (1, 2)},
    "array": np.arange(12.0).reshape(3, 4),
    "texts in an array": np.array(["a", "bc"]),
    "fields": np.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")]),
    "sparse": sparse.csr_matrix(np.eye(4)),
    "circuit": bell(),
    "parameter": Parameter("θ"),
    "expression": Parameter("a") * 2 + Parameter("b").sin(),
    "operator": SparsePauliOp.from_list([("XX", 1), ("ZI", 0.5j)]),
    "matrix": Operator(np.eye(4)),
    "state": Statevector([1, 0]),
    "noise": noise(),
    "spans": spans(),
    "bits": BitArray(np.zeros((3, 1), dtype=np.uint8), 2),
    "result": PubResult(DataBin(a=np.ones(2), shape=(2,)), {"shots": 1}),
}
TEXTS = {name: encode(value) for name, value in SAMPLES.items()}
CLASSES = (
    *("Operator", "Statevector", "DensityMatrix", "SuperOp", "Choi", "PTM", "Chi"),
    *("Kraus", "Stinespring", "Pauli", "PauliList", "SparsePauliOp", "OpShape"),
    *("Z2Symmetries", "PauliSumOp", "Popen", "system", "__import__", PLANTED),
)
MODULES = (
    *(
        "qiskit.quantum_info.operators.operator",
        "qiskit.opflow.primitive_ops.pauli_sum_op",
    ),
    *("qiskit_ibm_runtime.utils.noise_learner_result", "subprocess", "os", "builtins"),
    *(PLANTED, "antigravity", "this", "qiskit.quantum_info." + PLANTED),
)
KEYS = (
    *("data", "dims", "input_dims", "output_dims", "coeffs", "primitive", "coeff"),
    *("shape", "array", "num_bits", "fields", "field_names", "pub_results", "metadata"),
    *("paulis", "num_qubits", "errors", "instructions", "qubits", "name", "params"),
    *("type", "operations", "probabilities", "gate_qubits", "start", "stop", "spans"),
    *("data_slices", "results", "counts", "num_qargs_l", "dims_l", "__int_keys__"),
    *(
        "symmetries",
        "sq_paulis",
        "sq_list",
        "tapering_values",
        "noise_ops",
        "__value__",
    ),
)


@functools.cache
def zeros(mib):
    """A payload of nothing but zeros."""
    return packed(bytes(mib * MIB), 1)


def packed(data, level=6):
    return base64.b64encode(zlib.compress(data, level)).decode()


def tagged(tag, value):
    return {"__type__": tag, "__value__": value}


def of_class(module, name, value):
    head = {"__type__": "settings", "__module__": module, "__class__": name}
    return {**head, "__value__": value}


def npy(descr, shape, data, order):
    header = repr({"descr": descr, "fortran_order": order, "shape": tuple(shape)})
    size = struct.pack("<H", len(header) + 1)
    return b"\x93NUMPY\x01\0" + size + header.encode() + b"\n" + data


def npz(members, method, claimed):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    content = bytearray(buffer.getvalue())
    if claimed is not None:
        at = content.find(b"PK\1\2")
        content[at + 24 : at + 28] = struct.pack("<L", claimed)
    return base64.b64encode(content).decode()


tags = st.sampled_from([*VALUE_TAGS, *CLASS_TAGS, "complex", "os.system", PLANTED, "x"])
sizes = st.sampled_from([0, 1, 2, 3, 1000, 10**6, 10**9, 2**31, 2**63, 2**64, -1])
numbers = st.one_of(
    st.integers(-3, 20), sizes, st.floats(), st.sampled_from([2**70, 1e308, 10**400])
)
labels = st.text("IXYZ+-ir01", max_size=14)
programs = st.sampled_from(
    [
        *("__import__('os').system('true')", "Pow(Integer(9), Integer(999999999))"),
        *("9" * 5000, f"import {PLANTED}", "linear", "'" * 50, "\ud800", "\0", "é"),
    ]
)
dtypes = st.sampled_from(
    [
        *("<f8", "|O", "<U9", "|V0", "<U0", "|S0", "<c16", "|b1", "<M8[ns]", "<i8"),
        *(
            [("a", "<f8"), ("b", "|O")],
            [("a", "<f8", (10**9,))],
            "O",
            "f8,(9999999,)f8",
        ),
    ]
)
npys = st.builds(
    npy, dtypes, st.lists(sizes, max_size=3), st.binary(max_size=40), st.booleans()
)
members = st.dictionaries(
    st.sampled_from(["format", "shape", "data", "indices", "indptr", "row", "x"]).map(
        lambda name: f"{name}.npy"
    ),
    npys | st.sampled_from([0, 100_000]).map(bytes),
    max_size=6,
)
payloads = st.one_of(
    npys.map(packed),
    st.binary(max_size=60).map(packed),
    st.binary(max_size=60).map(lambda data: base64.b64encode(data).decode()),
    st.sampled_from([3, 5, 10, 12, 13, 14]).map(
        lambda version: packed(written(version))
    ),
    st.sampled_from([10, 100]).map(zeros),
    st.builds(
        npz,
        members,
        st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA]),
        st.none() | st.sampled_from([0, 10, 2**32 - 1]),
    ),
)
keys = st.sampled_from(KEYS) | st.text(max_size=4) | sizes.map(str)
samples = st.sampled_from(sorted(TEXTS)).map(lambda name: json.loads(TEXTS[name]))
leaves = st.one_of(st.none(), st.booleans(), numbers, labels, programs, payloads)


def around(inner):
    values = inner | st.dictionaries(keys, inner, max_size=5)
    settings = st.fixed_dictionaries(
        {"data": inner | labels | samples},
        optional=dict.fromkeys(("dims", "input_dims", "output_dims", "coeffs"), inner),
    )
    return st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(keys, inner, max_size=4),
        st.builds(tagged, tags, values),
        st.builds(of_class, st.sampled_from(MODULES), st.sampled_from(CLASSES), values),
        st.builds(of_class, st.just(MODULES[0]), st.sampled_from(CLASSES), settings),
        st.dictionaries(
            st.sampled_from(["__type__", "__module__", "__class__", "__value__"]),
            inner | tags | st.sampled_from(CLASSES),
        ),
    )


documents = st.recursive(leaves | samples, around, max_leaves=8)


@st.composite
def damaged(draw):
    """A good text with a payload, or the text itself, changed in some places."""
    name = draw(st.sampled_from(sorted(TEXTS)))
    content = json.loads(TEXTS[name])
    payload = content.get("__value__") if isinstance(content, dict) else None
    if not isinstance(payload, str) or draw(st.integers(0, 4)) == 0:
        return changed(draw, TEXTS[name].encode()).decode(errors="replace")
    data = base64.b64decode(payload)
    is_packed = data[:1] == b"\x78"
    data = changed(draw, zlib.decompress(data) if is_packed else data)
    content["__value__"] = (
        packed(data) if is_packed else base64.b64encode(data).decode()
    )
    return json.dumps(content)


def changed(draw, data):
    content = bytearray(data)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(0, len(content) - 1)))
        kind = draw(st.sampled_from(["byte", "byte", "word", "cut", "put"]))
        if kind == "byte":
            content[at : at + 1] = bytes([draw(st.integers(0, 255))])
        elif kind == "word":
            content[at : at + 4] = draw(
                st.sampled_from([b"\xff" * 4, bytes(4), b"\0\0\xff\xff", b"\x7f\0\0\0"])
            )
        elif kind == "cut":
            del content[at : at + draw(st.integers(1, 30))]
        else:
            content[at:at] = draw(st.binary(max_size=9))
    return bytes(content)


@pytest.fixture(scope="module", autouse=True)
def planted(tmp_path_factory):
    """Put a module in reach that says when it is imported; load what decoding needs."""
    folder = tmp_path_factory.mktemp("planted")
    (folder / f"{PLANTED}.py").write_text("raise SystemExit('imported')\n")
    sys.path.insert(0, str(folder))
    for name in (*VALUE_TAGS.values(), *CLASS_TAGS.values()):
        function(name)
    yield
    sys.path.remove(str(folder))
    assert PLANTED not in sys.modules


def examine(text):
    """Decode a text; return whether it was a value."""
    refused = None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with memory_below(MEMORY), nothing_is_run():
            try:
                decode(text, limits=LIMITS)
            except UndecodableError as error:
                refused = error
    if refused is not None:
        assert len(str(refused)) < 20_000
    return refused is None


@fuzz(200, document=documents)
def test_any_tagged_document_is_a_value_or_an_error(document):
    examine(json.dumps(document))


@fuzz(200, text=damaged())
def test_a_damaged_text_is_a_value_or_an_error(text):
    examine(text)


@fuzz(60, text=st.text(max_size=60) | st.binary(max_size=60))
def test_any_text_is_a_value_or_an_error(text):
    examine(text)


def test_the_samples_are_decoded_within_the_limits():
    assert all(map(examine, TEXTS.values()))


def test_the_canary_sees_what_a_hostile_decoder_would_do(tmp_path):
    with pytest.raises(AssertionError, match="open"), nothing_is_run():
        (tmp_path / "x").write_text("x")
    with pytest.raises(AssertionError, match="exec"), nothing_is_run():
        exec("1 + 1")
    with pytest.raises(AssertionError, match=PLANTED), nothing_is_run():
        find_and_import()


def find_and_import():
    with pytest.raises(SystemExit):
        __import__(PLANTED)


plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=10)
    | st.complex_numbers(allow_nan=False)
    | st.datetimes(timezones=st.sampled_from([None, UTC])),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text(max_size=6).filter(lambda key: key != "__type__"), inner, max_size=4
        )
    ),
    max_leaves=20,
)
sets = st.sets(st.integers() | st.text(max_size=5) | st.tuples(st.integers()))


@fuzz(150, value=plain | sets)
def test_plain_values_come_back(value):
    assert decode(encode(value)) == value


kinds = st.one_of(
    arrays.boolean_dtypes(),
    arrays.integer_dtypes(),
    arrays.floating_dtypes(),
    arrays.complex_number_dtypes(),
    arrays.unicode_string_dtypes(max_len=5),
    arrays.byte_string_dtypes(max_len=5),
    arrays.datetime64_dtypes(),
)


@fuzz(100, value=arrays.arrays(kinds, arrays.array_shapes(min_dims=0, min_side=0)))
def test_arrays_come_back(value):
    for array in (
        value,
        np.asfortranarray(value),
        value[..., ::-1] if value.ndim else value,
    ):
        found = decode(encode(array))
        assert found.dtype == array.dtype
        assert found.shape == array.shape
        assert found.tobytes() == array.tobytes()


gates = st.lists(
    st.sampled_from(["h", "x", "rz", "cx", "measure", "barrier"]), max_size=6
)


@fuzz(40, names=gates, qubits=st.integers(2, 4), angle=st.floats(-9, 9))
def test_circuits_come_back(names, qubits, angle):
    circuit = QuantumCircuit(qubits, 1)
    for number, name in enumerate(names):
        first, second = number % qubits, (number + 1) % qubits
        given = {"rz": (angle, first), "cx": (first, second), "measure": (first, 0)}
        getattr(circuit, name)(*given.get(name, (first,)))
    assert decode(encode(circuit)) == circuit
    assert decode(encode([{"a": circuit}])) == [{"a": circuit}]


BOMBS = {
    "a circuit as a matrix": of_class(
        "qiskit.quantum_info.operators.operator",
        "Operator",
        {"data": json.loads(encode(QuantumCircuit(14)))},
    ),
    "a label as a matrix": of_class(
        "qiskit.quantum_info.operators.operator",
        "Operator",
        {"data": json.loads(encode(SparsePauliOp("X" * 14)))},
    ),
    "a text a billion times": of_class(
        "qiskit.opflow.primitive_ops.pauli_sum_op",
        "PauliSumOp",
        {"primitive": "a", "coeff": 10**9},
    ),
    "an error on a thousand qubits": tagged(
        "NoiseModel",
        {
            "errors": [
                {
                    "type": "qerror",
                    "operations": ["x"],
                    "instructions": [[{"name": "id", "qubits": [1000]}]],
                    "probabilities": [1.0],
                }
            ]
        },
    ),
    "numbers as texts": tagged("ndarray", ["a", *[1.5] * 90_000]),
    "zeros": tagged("ndarray", zeros(100)),
}


@pytest.mark.timeout(30)
@pytest.mark.parametrize("name", [*BOMBS])
def test_a_small_text_can_not_ask_for_much(name):
    limits = DecodeLimits(decoded_bytes=MIB)
    with memory_below(40 * MIB), pytest.raises(UndecodableError):
        decode(json.dumps(BOMBS[name]), limits=limits)
