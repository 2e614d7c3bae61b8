"""Arrays as the executor's inputs and results carry them.

Little-endian, in C order, as base64 text; truth values are packed, eight in a byte,
the first one in the lowest bit.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from program_runtime.codec.limits import Budget, DecodeLimits
from program_runtime.codec.payloads import (
    level_for,
    pack,
    pack_plain,
    unpack,
    unpack_plain,
)
from program_runtime.primitives.executor_findings import UnfitError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

__all__ = ["MAX_BYTES", "read_tensor", "write_tensor"]

MAX_BYTES: Final = 512 * 1024 * 1024

_BITS: Final = "bool"
_NUMBERS: Final[dict[str, np.dtype[Any]]] = {
    "f64": np.dtype("<f8"),
    "u8": np.dtype("u1"),
    "c128": np.dtype("<c16"),
    "f16": np.dtype("<f2"),
    "f32": np.dtype("<f4"),
    "i8": np.dtype("i1"),
    "i16": np.dtype("<i2"),
    "i32": np.dtype("<i4"),
    "i64": np.dtype("<i8"),
    "u16": np.dtype("<u2"),
    "u32": np.dtype("<u4"),
    "u64": np.dtype("<u8"),
    "c64": np.dtype("<c8"),
}
_NAMES: Final = {dtype: name for name, dtype in _NUMBERS.items()}
# What versions before 2.0 know.
_OLD: Final = (_BITS, "f64", "u8", "c128")
_MOST_AXES: Final = 32
_SPARE: Final = 64 * 1024


def read_tensor(value: Mapping[str, Any], *, compressed: bool) -> NDArray[Any]:
    """Rebuild an array.

    Args:
        value: ``data``, ``shape`` and ``dtype``.
        compressed: Whether its bytes are a zlib stream.

    Returns:
        The array; nobody may write to it.

    Raises:
        UnfitError: A type nobody knows, or data that do not fit the shape.
        UndecodableError: The data are no base64 text, or no zlib stream.
    """
    name, shape = value.get("dtype", "f64"), _shape(value.get("shape"))
    known = (_BITS, *_NUMBERS) if compressed else _OLD
    if name not in known:
        raise UnfitError(f"its dtype is {name!r}, known are {', '.join(known)}")
    # NumPy bounds the axes of empty arrays, too.
    room = math.prod(length or 1 for length in shape) * _bytes_of(name, 1)
    if room > MAX_BYTES:
        raise UnfitError(
            f"its shape {list(shape)} needs {room} bytes, the limit is {MAX_BYTES}"
        )
    elements = math.prod(shape)
    size = _bytes_of(name, elements)
    # A little more than is needed, to tell what is there in the message below.
    budget = Budget(DecodeLimits(decoded_bytes=size + _SPARE))
    data = (unpack if compressed else unpack_plain)(value.get("data"), budget)
    if len(data) != size:
        raise UnfitError(
            f"its data have {len(data)} bytes, "
            f"shape {list(shape)} of {name} needs {size}"
        )
    if name == _BITS:
        packed = np.frombuffer(data, dtype=np.uint8)
        bits = np.unpackbits(packed, count=elements, bitorder="little")
        return bits.view(np.bool_).reshape(shape)
    return np.frombuffer(data, dtype=_NUMBERS[name]).reshape(shape)


def write_tensor(array: NDArray[Any], *, compressed: bool) -> dict[str, Any]:
    """Turn an array into its wire form.

    Args:
        array: Truth values or numbers.
        compressed: Whether the version of the result compresses; one that does not
            has fewer types too, so other numbers become doubles.
    """
    if array.dtype == np.bool_:
        name = _BITS
        data = np.packbits(array, axis=None, bitorder="little").tobytes()
    else:
        array = array.astype(array.dtype.newbyteorder("<"), copy=False)
        name = _NAMES.get(array.dtype, "")
        if not name or not (compressed or name in _OLD):
            name, array = "f64", array.astype("<f8")
        data = array.tobytes()
    text = pack([data], level=level_for(data)) if compressed else pack_plain(data)
    return {"data": text, "shape": list(array.shape), "dtype": name}


def _shape(value: Any) -> tuple[int, ...]:
    if not isinstance(value, list) or len(value) > _MOST_AXES:
        raise UnfitError(f"its shape is {value!r}, expected a list of lengths")
    for length in value:
        if type(length) is not int or length < 0:
            raise UnfitError(f"its shape {value} holds {length!r}, expected a length")
    return tuple(value)


def _bytes_of(name: str, elements: int) -> int:
    return -(-elements // 8) if name == _BITS else elements * _NUMBERS[name].itemsize
