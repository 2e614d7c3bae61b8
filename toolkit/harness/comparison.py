"""Is a value the same after it has crossed the wire?"""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from program_runtime import codec

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Difference", "differences", "round_trip"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One place at which a value changed."""

    path: str
    message: str


def round_trip(value: Any, name: str) -> list[Difference]:
    """Encode and decode a value, and tell what changed.

    Args:
        value: Any value that the codec takes.
        name: What the paths begin with.

    Returns:
        The differences, none for a lossless crossing.

    Raises:
        UnserializableError: The value has no encoded form.
    """
    return list(differences(value, codec.decode(codec.encode(value, name=name)), name))


def differences(before: Any, after: Any, path: str) -> Iterator[Difference]:
    """Compare a value with what arrived in its place, types included.

    Args:
        before: What was sent.
        after: What arrived.
        path: Where both stand, such as ``inputs.angles``.

    Yields:
        The differences, outermost only.
    """
    if isinstance(before, dict) and isinstance(after, dict):
        yield from _in_mapping(before, after, path)
    elif isinstance(before, list | tuple) and isinstance(after, list | tuple):
        yield from _in_sequence(before, after, path)
    elif _is_array(before) and _is_array(after):
        yield from _in_array(before, after, path)
    elif type(before) is not type(after):
        yield Difference(path, f"{_kind(before)} arrives as {_kind(after)}")
    elif not _equal(before, after):
        yield Difference(path, f"{_kind(before)} arrives with another value")


def _in_mapping(
    before: dict[Any, Any], after: dict[Any, Any], path: str
) -> Iterator[Difference]:
    for key, value in before.items():
        if key in after:
            yield from differences(value, after[key], f"{path}[{key!r}]")
        elif str(key) in after or not isinstance(key, str):
            yield Difference(
                path, f"the key {key!r} ({_kind(key)}) arrives as text, {str(key)!r}"
            )
        else:
            yield Difference(path, f"the key {key!r} is lost")


def _in_sequence(
    before: list[Any] | tuple[Any, ...],
    after: list[Any] | tuple[Any, ...],
    path: str,
) -> Iterator[Difference]:
    if isinstance(before, tuple) is not isinstance(after, tuple):
        yield Difference(path, f"{_kind(before)} arrives as {_kind(after)}")
    if len(before) != len(after):
        yield Difference(path, f"{len(before)} items arrive as {len(after)}")
        return
    for index, (one, other) in enumerate(zip(before, after, strict=True)):
        yield from differences(one, other, f"{path}[{index}]")


def _is_array(value: Any) -> bool:
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(value, numpy.ndarray)


def _in_array(before: Any, after: Any, path: str) -> Iterator[Difference]:
    if before.dtype != after.dtype:
        yield Difference(path, f"dtype {before.dtype} arrives as {after.dtype}")
    elif before.shape != after.shape:
        yield Difference(path, f"shape {before.shape} arrives as {after.shape}")
    elif before.dtype.hasobject:
        yield from differences(before.tolist(), after.tolist(), path)
    elif before.tobytes() != after.tobytes():
        yield Difference(path, "an array arrives with other values")


def _equal(before: Any, after: Any) -> bool:
    if isinstance(before, float) and math.isnan(before):
        return math.isnan(after)
    try:
        return bool(before == after) or repr(before) == repr(after)
    except (TypeError, ValueError):
        # A container of arrays compares to an array, which is neither true nor false.
        return repr(before) == repr(after)


def _kind(value: Any) -> str:
    return f"a {type(value).__name__}"
