"""Kinds of Python values, by the names JSON Schema has for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from program_runtime.metadata import quantum

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["CHECKS", "NAMES", "is_array", "is_boolean", "is_integer", "is_number"]


def is_integer(value: Any) -> bool:
    """Whether a value is an integer; 100.0 is not, range() refuses it too."""
    if isinstance(value, int):
        return not isinstance(value, bool)
    return quantum.numpy_kind(value) in {"i", "u"}


def is_number(value: Any) -> bool:
    """Whether a value is a real number."""
    if isinstance(value, (int, float)):
        return not isinstance(value, bool)
    return quantum.numpy_kind(value) in {"i", "u", "f"}


def is_boolean(value: Any) -> bool:
    """Whether a value is true or false."""
    return isinstance(value, bool) or quantum.numpy_kind(value) == "b"


def is_array(value: Any) -> bool:
    """Whether a value is a list, a tuple or a NumPy array."""
    if isinstance(value, (list, tuple)):
        return True
    return quantum.is_array(value) and value.ndim > 0


CHECKS: dict[str, Callable[[Any], bool]] = {
    "array": is_array,
    "boolean": is_boolean,
    "integer": is_integer,
    "null": lambda value: value is None,
    "number": is_number,
    "object": lambda value: isinstance(value, dict),
    "string": lambda value: isinstance(value, str),
}
NAMES = {
    "array": "a list",
    "boolean": "a boolean",
    "integer": "an integer",
    "null": "null",
    "number": "a number",
    "object": "an object",
    "string": "a string",
}
