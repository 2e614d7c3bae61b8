"""NumPy arrays and scalars on the wire: the NPY format, never pickled."""

from __future__ import annotations

import ast
import math
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from program_runtime.codec.payloads import level_for, pack, unpack_chunks
from program_runtime.errors import UndecodableError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from program_runtime.codec.limits import Budget

Array = npt.NDArray[Any]

_MAGIC = b"\x93NUMPY"
_ALIGNMENT = 64
# What numpy.load accepts of a header.
_HEADER_BYTES = 10_000
_NUMBER_AS_TEXT = 32
_PLAIN_KINDS = frozenset("biufcmMSUV")

# The service sends these names of extrapolators under the tag of an array.
_EXTRAPOLATOR = re.compile(
    r"linear|fallback|exponential|double_exponential|polynomial_degree_[1-7]"
)


def encode_array(value: Array) -> dict[str, Any]:
    """Tag an array; one of Python objects becomes nested lists."""
    if value.dtype == object:
        return {"__type__": "ndarray", "__value__": value.tolist()}
    header, data = dump_npy(value)
    text = pack((header, data), level=level_for(data))
    return {"__type__": "ndarray", "__value__": text}


def encode_scalar(value: np.generic) -> Any:
    """Turn a NumPy scalar into the Python value of the same meaning.

    Dates become ``datetime``; what has no such value stays an array of no
    dimensions.
    """
    if isinstance(value, np.floating):
        return float(value)
    if isinstance(value, np.complexfloating):
        return complex(value)
    plain = value.item()
    if isinstance(value, np.datetime64 | np.timedelta64 | np.void):
        isoformat = getattr(plain, "isoformat", None)
        return plain if isoformat else encode_array(np.asarray(value))
    return plain


def decode_array(value: Any, budget: Budget) -> Any:
    """Rebuild an array from its payload, or from nested lists."""
    if not isinstance(value, str):
        return from_lists(value, budget)
    if _EXTRAPOLATOR.fullmatch(value):
        return value
    return load_npy(unpack_chunks(value, budget), budget)


def dump_npy(value: Array) -> tuple[bytes, bytes | memoryview]:
    """Write an array in NPY format: header and data, which is not copied.

    Raises:
        TypeError: the array holds Python objects or another type that only pickle
            could write.
    """
    if value.dtype.hasobject or value.dtype.kind not in _PLAIN_KINDS:
        raise TypeError(f"an array of dtype {value.dtype} can only be pickled")
    fortran = value.flags.f_contiguous and not value.flags.c_contiguous
    descr = np.lib.format.dtype_to_descr(value.dtype)
    text = (
        f"{{'descr': {descr!r}, 'fortran_order': {fortran}, "
        f"'shape': {value.shape!r}, }}"
    )
    return _header(text), _data(value.T if fortran else value)


def load_npy(chunks: Iterator[bytes], budget: Budget) -> Array:
    """Read an array in NPY format after checking what its header claims.

    Raises:
        UndecodableError: not an array, one that needs pickle, or one whose header
            claims another size than the data has.
    """
    data = next(chunks, b"")
    while len(data) < _HEADER_BYTES and (more := next(chunks, b"")):
        data += more
    dtype, shape, fortran, start = _parse_header(data)
    count = math.prod(shape)
    size = count * dtype.itemsize
    if size == 0:
        budget.take_elements(count)
    if size > budget.bytes_left + len(data):
        raise UndecodableError(f"The array's header claims {size} bytes.")
    flat = np.empty(size, dtype=np.uint8)
    target, at, part = flat.data, 0, memoryview(data)[start:]
    while part:
        end = at + len(part)
        if end > size:
            break
        target[at:end] = part
        at, part = end, memoryview(next(chunks, b""))
    if part or at != size:
        raise UndecodableError(
            f"The array's header claims {size} bytes, the data has "
            f"{'more' if part else at}."
        )
    return np.ndarray(shape, dtype, flat, order="F" if fortran else "C")


def from_lists(value: Any, budget: Budget) -> Any:
    """Build an array from nested lists, as NumPy would for plain values."""
    leaves = list(_leaves(value))
    longest = max((len(leaf) for leaf in leaves if isinstance(leaf, str)), default=0)
    if longest and not all(isinstance(leaf, str) for leaf in leaves):
        longest = max(longest, _NUMBER_AS_TEXT)
    # An array of text gives every element the room of the longest.
    budget.take_bytes(4 * longest * len(leaves))
    if all(leaf is None or isinstance(leaf, int | float | str) for leaf in leaves):
        return np.array(value)
    result = np.empty(_shape(value), dtype=object)
    # Element by element: NumPy would take a circuit for a sequence.
    for index, leaf in enumerate(leaves):
        result.flat[index] = leaf
    plain = {type(leaf) for leaf in leaves}
    return result.astype(complex) if plain <= {int, float, complex, bool} else result


def _header(text: str) -> bytes:
    encoded = text.encode("utf-8")
    version = 1 if text.isascii() else 3
    width = 2 if version == 1 else 4
    start = len(_MAGIC) + 2 + width
    padding = -(start + len(encoded) + 1) % _ALIGNMENT
    encoded += b" " * padding + b"\n"
    if len(encoded) > _HEADER_BYTES:
        raise TypeError("an array whose dtype has this many fields is not readable")
    return (
        _MAGIC + bytes((version, 0)) + len(encoded).to_bytes(width, "little") + encoded
    )


def _data(value: Array) -> bytes | memoryview:
    """Give the bytes of an array, without a copy if it is contiguous."""
    if not value.flags.c_contiguous or value.nbytes == 0:
        return value.tobytes()
    return value.reshape(-1).view(np.uint8).data


def _parse_header(data: bytes) -> tuple[np.dtype[Any], tuple[int, ...], bool, int]:
    """Read the header: type, shape, order, and where the data begins."""
    if data[:6] != _MAGIC or len(data) < 12 or data[6] not in {1, 2, 3}:  # noqa: PLR2004
        raise UndecodableError("The payload is no array in NPY format.")
    start = 10 if data[6] == 1 else 12
    end = start + int.from_bytes(data[8:start], "little")
    if end - start > _HEADER_BYTES or end > len(data):
        raise UndecodableError(f"The array's header claims {end - start} bytes.")
    encoding = "utf-8" if data[6] == 3 else "latin-1"  # noqa: PLR2004
    try:
        header = ast.literal_eval(data[start:end].decode(encoding))
        dtype = np.lib.format.descr_to_dtype(header["descr"])
        shape, fortran = tuple(header["shape"]), bool(header["fortran_order"])
    except (ValueError, TypeError, KeyError, SyntaxError, RecursionError) as err:
        raise UndecodableError(f"The array's header is malformed: {err}.") from err
    if dtype.hasobject:
        raise UndecodableError("The array holds pickled objects.")
    if not all(type(length) is int and length >= 0 for length in shape):
        raise UndecodableError(f"The array's shape {shape} is malformed.")
    return dtype, shape, fortran, end


def _leaves(value: Any) -> Any:
    if isinstance(value, list):
        for item in value:
            yield from _leaves(item)
    else:
        yield value


def _shape(value: Any) -> tuple[int, ...]:
    if not isinstance(value, list):
        return ()
    inner = {_shape(item) for item in value}
    if len(inner) > 1:
        raise UndecodableError("The nested lists of the array differ in length.")
    return (len(value), *(inner.pop() if inner else ()))
