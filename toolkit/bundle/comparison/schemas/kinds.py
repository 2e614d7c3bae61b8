"""Kinds of values that schemas tell apart, as the runtime judges Python values.

An integer is a number and complex enough for ``complex``; an array of NumPy is an
array as a list is. So ``type`` and the quantum formats become sets of the finest
kinds, which can be compared.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, Any, Final

from program_runtime.metadata import quantum

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["ANY", "ARRAYS", "NUMBERS", "Kind", "allowed", "words"]


class Kind(Enum):
    """The finest kinds."""

    NULL = auto()
    BOOLEAN = auto()
    INTEGER = auto()
    FLOAT = auto()
    STRING = auto()
    LIST = auto()
    NDARRAY = auto()
    """With one dimension at least: also an ``array``."""
    SCALAR_ARRAY = auto()
    """A NumPy array without a dimension, which has no items."""
    OBJECT = auto()
    CIRCUIT = auto()
    OPERATOR = auto()
    COMPLEX = auto()
    OTHER = auto()
    """Whatever else Python has: no type and no format allows it."""


ANY: Final = frozenset(Kind)
NUMBERS: Final = frozenset([Kind.INTEGER, Kind.FLOAT])
ARRAYS: Final = frozenset([Kind.LIST, Kind.NDARRAY])
_TYPES: Final = {
    "null": frozenset([Kind.NULL]),
    "boolean": frozenset([Kind.BOOLEAN]),
    "integer": frozenset([Kind.INTEGER]),
    "number": NUMBERS,
    "string": frozenset([Kind.STRING]),
    "array": ARRAYS,
    "object": frozenset([Kind.OBJECT]),
}
_FORMATS: Final = {
    "quantum-circuit": frozenset([Kind.CIRCUIT]),
    "sparse-pauli-op": frozenset([Kind.OPERATOR]),
    "ndarray": frozenset([Kind.NDARRAY, Kind.SCALAR_ARRAY]),
    "complex": NUMBERS | {Kind.COMPLEX},
}
# The widest words first, so that integer and float are called a number.
_WORDS: Final = (
    *((name, _FORMATS[name]) for name in _FORMATS),
    *((name, _TYPES[name]) for name in ("number", "array", "object", "string")),
    *((name, _TYPES[name]) for name in ("integer", "boolean", "null")),
)


def allowed(schema: dict[str, Any]) -> frozenset[Kind]:
    """Return the kinds that ``type`` and ``format`` of one schema allow."""
    types = schema.get("type")
    names = [types] if isinstance(types, str) else types
    if quantum.rules(schema):
        # Beside a quantum format ``type`` says only whether null is one.
        is_optional = (isinstance(names, list) and "null" in names) or types == "null"
        return _FORMATS[schema["format"]] | (_TYPES["null"] if is_optional else set())
    if not isinstance(names, list):
        return ANY
    return frozenset().union(*(_TYPES.get(name, frozenset()) for name in names))


def words(kinds: Iterable[Kind]) -> str:
    """Name kinds as schemas do: ``integer or string``."""
    left = set(kinds)
    if left == ANY:
        return "anything"
    found = []
    for name, meant in _WORDS:
        if meant <= left:
            found.append(name)
            left -= meant
    if left:
        found.append("something else")
    return " or ".join(found) or "nothing"
