"""Arrays of the executor, on the wire and back."""

import base64
import math
import zlib

import numpy as np
import pytest

from program_runtime.errors import UndecodableError
from program_runtime.primitives.executor_findings import UnfitError
from program_runtime.primitives.executor_tensors import read_tensor, write_tensor

ALL = [
    "bool",
    "f16",
    "f32",
    "f64",
    "i8",
    "i16",
    "i32",
    "i64",
    "u8",
    "u16",
    "u32",
    "u64",
    "c64",
    "c128",
]


def sample(name, shape):
    count = math.prod(shape)
    if name == "bool":
        return (np.arange(count) % 3 == 0).reshape(shape)
    dtype = np.dtype(f"{name[0]}{int(name[1:]) // 8}")
    return (np.arange(count) % 100).astype(dtype).reshape(shape)


@pytest.mark.parametrize("shape", [(), (0,), (3, 0), (5,), (2, 3, 5)], ids=str)
@pytest.mark.parametrize("name", ALL)
def test_every_type_and_shape_comes_back(name, shape):
    array = sample(name, shape)
    wire = write_tensor(array, compressed=True)
    back = read_tensor(wire, compressed=True)
    assert wire["dtype"] == name
    assert back.dtype == array.dtype
    assert back.shape == shape
    assert np.array_equal(back, array)


def test_the_official_model_reads_what_is_written_and_the_other_way_round():
    tensor = pytest.importorskip("ibm_quantum_schemas.common.tensor")
    for name in ALL:
        array = sample(name, (3, 7))
        ours = write_tensor(array, compressed=True)
        theirs = tensor.CompressedTensorModel.from_numpy(array).model_dump(mode="json")
        read = tensor.CompressedTensorModel(**ours).to_numpy()
        assert np.array_equal(read, array), name
        assert np.array_equal(read_tensor(theirs, compressed=True), array), name


def test_older_versions_have_no_compression_and_fewer_types():
    wire = write_tensor(np.array([1, 2], dtype=np.int32), compressed=False)
    assert wire["dtype"] == "f64"
    assert base64.b64decode(wire["data"]) == np.array([1.0, 2.0]).tobytes()
    wire["dtype"] = "i32"
    with pytest.raises(UnfitError, match=r"'i32', known are bool, f64, u8, c128$"):
        read_tensor(wire, compressed=False)


def test_bits_are_packed_from_the_lowest():
    wire = write_tensor(np.array([True, False, False, True]), compressed=False)
    assert base64.b64decode(wire["data"]) == b"\x09"


def damaged(**changes):
    wire = write_tensor(np.zeros((2, 3)), compressed=True)
    return {**wire, **changes}


@pytest.mark.parametrize(
    ("wire", "message"),
    [
        (damaged(dtype="f128"), "its dtype is 'f128', known are bool, f64"),
        (
            damaged(shape=[2, 4]),
            r"its data have 48 bytes, shape \[2, 4\] of f64 needs 64",
        ),
        (damaged(shape=[-2, -3]), r"its shape \[-2, -3\] holds -2, expected a length"),
        (damaged(shape=[True, 3]), "holds True, expected a length"),
        (damaged(shape="23"), "its shape is '23', expected a list of lengths"),
        (damaged(shape=[1] * 40), "expected a list of lengths"),
        (
            damaged(shape=[10**6, 10**6]),
            r"needs 8000000000000 bytes, the limit is 536870912",
        ),
    ],
    ids=["dtype", "short", "negative", "truth", "text", "axes", "large"],
)
def test_an_unfit_tensor_is_refused_in_words(wire, message):
    with pytest.raises(UnfitError, match=message):
        read_tensor(wire, compressed=True)


def test_a_small_tensor_is_never_unpacked_into_much_memory():
    bomb = base64.b64encode(zlib.compress(bytes(200_000_000), 9)).decode()
    with pytest.raises(UndecodableError, match="more than 65584 bytes"):
        read_tensor(damaged(data=bomb), compressed=True)


@pytest.mark.parametrize("data", ["no base64!", "AAAA", None, 5], ids=repr)
def test_data_that_are_no_payload_are_refused(data):
    with pytest.raises(UndecodableError):
        read_tensor(damaged(data=data), compressed=True)
