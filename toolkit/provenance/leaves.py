"""A decoded value as a flat table: where a number stands, and the number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["MOST", "Leaf", "leaves"]

Leaf = int | float | complex | str | bool | None

MOST: Final = 10_000
"""So many values of a result are looked at; a longer one is compared as text too."""
_TEXT: Final = 200


def leaves(value: Any, path: str) -> dict[str, Leaf]:
    """Take a value apart.

    Args:
        value: Plain data, arrays, counts, results of primitives, and nestings of them.
        path: What the paths begin with.

    Returns:
        What stands at each path, such as ``result.energy`` or ``result.angles[3]``;
        of a value with more than ``MOST`` parts, the first of them.
    """
    found: dict[str, Leaf] = {}
    for where, leaf in _walk(value, path):
        if len(found) == MOST:
            break
        found[where] = leaf
    return found


def _walk(value: Any, path: str) -> Iterator[tuple[str, Leaf]]:
    if value is None or isinstance(value, bool | int | float | complex):
        yield path, value
    elif isinstance(value, str):
        yield path, value[:_TEXT]
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _walk(inner, f"{path}.{key}")
    elif isinstance(value, list | tuple | set | frozenset):
        yield from _in_order(value, path)
    else:
        yield from _of_object(value, path)


def _in_order(values: Any, path: str) -> Iterator[tuple[str, Leaf]]:
    for index, inner in enumerate(values):
        yield from _walk(inner, f"{path}[{index}]")


def _of_object(value: Any, path: str) -> Iterator[tuple[str, Leaf]]:
    """Of Qiskit's and NumPy's objects, by what they can do."""
    if hasattr(value, "get_counts"):
        yield from _walk(value.get_counts(), path)
    elif hasattr(value, "tolist"):
        yield from _walk(value.tolist(), path)
    elif hasattr(value, "to_list"):
        yield from _walk(dict(value.to_list()), path)
    elif hasattr(value, "data") and hasattr(value, "metadata"):
        yield from _walk(value.data, path)
    elif hasattr(value, "items"):
        yield from _walk(dict(value.items()), path)
    elif hasattr(value, "__iter__") and hasattr(value, "__len__"):
        yield from _in_order(value, path)
    else:
        yield path, _described(value)


def _described(value: Any) -> str:
    text = repr(value)
    # An address in memory is another one each time.
    return f"<{type(value).__name__}>" if " object at 0x" in text else text[:_TEXT]
