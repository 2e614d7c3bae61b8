import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from qiskit.circuit import Parameter, QuantumCircuit
from qiskit_ibm_runtime import RuntimeDecoder as OfficialDecoder

from program_runtime.codec import DecodeLimits, decode, encode
from program_runtime.errors import UndecodableError, UnserializableError

DTYPES = (
    hnp.boolean_dtypes()
    | hnp.integer_dtypes(endianness="?")
    | hnp.unsigned_integer_dtypes(endianness="?")
    | hnp.floating_dtypes(endianness="?")
    | hnp.complex_number_dtypes(endianness="?")
    | hnp.datetime64_dtypes(endianness="?")
    | hnp.timedelta64_dtypes(endianness="?")
    | hnp.byte_string_dtypes()
    | hnp.unicode_string_dtypes()
    | hnp.array_dtypes()
)
ARRAYS = hnp.arrays(DTYPES, hnp.array_shapes(min_dims=0, min_side=0, max_side=5))


def same(left, right):
    return (
        left.dtype == right.dtype
        and left.shape == right.shape
        and left.tobytes() == right.tobytes()
    )


# NumPy says so when the official encoder writes names that are not ASCII.
@pytest.mark.filterwarnings("ignore:Stored array in format 3.0:UserWarning")
@settings(max_examples=60, deadline=None)
@given(array=ARRAYS)
def test_arrays_of_every_dtype_and_shape_cross_in_every_pairing(exchange, array):
    assert all(same(array, decoded) for decoded in exchange(array))


@pytest.mark.parametrize("kind", ["random", "zeros", "integers", "text"])
@pytest.mark.parametrize("length", [1, 511, 512, 513, 24_576, 24_577, 60_001])
def test_sizes_around_every_border_cross_in_every_pairing(exchange, kind, length):
    random = np.random.default_rng(length)
    array = {
        "random": random.random(length),
        "zeros": np.zeros(length),
        "integers": random.integers(0, 100, length),
        "text": np.array(["abc"] * length),
    }[kind]
    assert all(same(array, decoded) for decoded in exchange(array))


@pytest.mark.filterwarnings("ignore:Stored array in format 3.0:UserWarning")
@pytest.mark.parametrize(
    "array",
    [
        np.asfortranarray(np.arange(12.0).reshape(3, 4)),
        np.arange(24).reshape(2, 3, 4).transpose(2, 0, 1),
        np.arange(20)[::3],
        np.arange(20)[::-1],
        np.broadcast_to(np.arange(3), (4, 3)),
        np.zeros((3, 0, 2)),
        np.array(5.5),
        np.array([(1, 2.5)], dtype=[("a", "i4"), ("ä", "f8")]),
        np.array(["", ""], dtype="U"),
        np.arange(4, dtype=">i2"),
        np.arange(6).reshape(2, 3).astype(np.longdouble),
    ],
)
def test_unusual_memory_layouts_cross_in_every_pairing(exchange, array):
    for decoded in exchange(array):
        assert decoded.dtype == array.dtype
        assert decoded.shape == array.shape
        assert decoded.tolist() == array.tolist()


def test_an_array_in_fortran_order_keeps_it(round_trip):
    array = np.asfortranarray(np.arange(12.0).reshape(3, 4))
    assert round_trip(array).flags.f_contiguous


def test_a_decoded_array_can_be_changed(round_trip):
    array = round_trip(np.zeros(3))
    array[0] = 1
    assert array.tolist() == [1, 0, 0]


def test_random_doubles_are_stored_and_repetitive_ones_compressed():
    random = np.random.default_rng(0).random(100_000)
    stored = len(encode(random)) / random.nbytes
    assert 4 / 3 < stored < 1.35
    assert len(encode(np.zeros(100_000))) < 0.02 * random.nbytes
    assert len(encode(np.arange(100_000) % 50)) < 0.2 * random.nbytes


@pytest.mark.parametrize(
    "rows",
    [
        [1, 2, 3],
        [[1, None], ["x", 2.5]],
        [1 + 2j, 2],
        [True, 2**70],
        [],
        [[], []],
    ],
)
def test_object_arrays_cross_as_nested_lists(exchange, rows):
    array = np.array(rows, dtype=object)
    for decoded in exchange(array):
        assert decoded.tolist() == array.tolist()
        assert decoded.shape == array.shape


def test_an_object_array_of_no_dimensions_crosses(exchange):
    assert [decoded.tolist() for decoded in exchange(np.array(5, dtype=object))] == [
        5
    ] * 3
    assert decode(encode(np.array(2.5, dtype=object))).tolist() == 2.5


def test_objects_in_arrays_are_rebuilt_where_they_were(round_trip):
    circuit = QuantumCircuit(2)
    circuit.h(0)
    array = np.empty((1, 2), dtype=object)
    array[0, 0], array[0, 1] = circuit, Parameter("a")
    decoded = round_trip(array)
    assert decoded.shape == (1, 2)
    assert decoded[0, 0] == circuit
    assert decoded[0, 1] == array[0, 1]


def test_ragged_lists_under_the_tag_of_an_array_are_refused():
    with pytest.raises(UndecodableError, match="tag 'ndarray' can not be decoded"):
        decode('{"__type__": "ndarray", "__value__": [[1], [2, 3]]}')
    complex_one = '{"__type__": "complex", "__value__": [1, 1]}'
    with pytest.raises(
        UndecodableError, match="nested lists of the array differ in length"
    ):
        decode(f'{{"__type__": "ndarray", "__value__": [[{complex_one}], [2, 3]]}}')


def test_long_text_can_not_blow_up_an_array():
    text = json.dumps({"__type__": "ndarray", "__value__": ["x" * 1000] + [""] * 1000})
    assert decode(text).dtype == "U1000"
    with pytest.raises(
        UndecodableError, match="more than 1000000 bytes after decompression"
    ):
        decode(text, limits=DecodeLimits(decoded_bytes=1_000_000))


@pytest.mark.parametrize(
    "name", ["linear", "double_exponential", "polynomial_degree_3", "fallback"]
)
def test_the_services_extrapolator_names_stay_text(name):
    text = json.dumps({"__type__": "ndarray", "__value__": name})
    assert decode(text) == name == json.loads(text, cls=OfficialDecoder)


@pytest.mark.parametrize(
    "array",
    [
        np.array([("a", None)], dtype=[("n", "U1"), ("o", object)]),
        np.array(["text"], dtype=np.dtypes.StringDType()),
    ],
)
def test_arrays_that_only_pickle_could_write_are_refused(array):
    with pytest.raises(
        UnserializableError,
        match=r'result\["x"\], of type .numpy.ndarray., can not be serialised: TypeError: an array of dtype .* can only be pickled',
    ):
        encode({"x": array}, name="result")


def test_an_array_with_too_many_fields_is_refused():
    dtype = [(f"field_{index}", "f8") for index in range(1000)]
    with pytest.raises(UnserializableError, match="this many fields"):
        encode(np.zeros(1, dtype=dtype))


@settings(max_examples=20, deadline=None)
@given(arrays=st.lists(ARRAYS, max_size=4))
def test_arrays_inside_of_containers_cross(round_trip, arrays):
    decoded = round_trip({"all": arrays})["all"]
    assert all(same(left, right) for left, right in zip(arrays, decoded, strict=True))
