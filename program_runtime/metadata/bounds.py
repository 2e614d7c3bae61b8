"""Bounds on a JSON value that a stranger wrote: depth, size, plain types."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from program_runtime.errors import Problem
from program_runtime.metadata import problems, wording

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["exceeded"]

_SAFE_INTEGER = 2**63

# The part of its parent that a value is, and the parent's own place. A path is made
# of it only where a problem is: all paths together may be much longer than the text.
_Place = tuple["_Place", Any] | None


def exceeded(value: Any, *, depth: int, nodes: int, path: str = "$") -> list[Problem]:
    """Return what keeps a value from being plain, bounded JSON.

    Args:
        value: Anything; it is walked without recursion.
        depth: How many containers may lie in each other.
        nodes: How many values there may be in all.
        path: The path of ``value`` itself.
    """
    return problems.bounded(_walk(value, depth, nodes, path))


def _walk(value: Any, depth: int, nodes: int, path: str) -> Iterator[Problem]:
    stack: list[tuple[_Place, int, Any]] = [(None, 0, value)]
    left = nodes
    while stack:
        here, level, current = stack.pop()
        left -= 1
        if left < 0:
            yield Problem(path=path, message=f"holds more than {nodes:,} values")
            return
        if level > depth:
            yield Problem(path=path, message=f"is nested deeper than {depth} levels")
            return
        for message in _wrong(current):
            yield Problem(path=_path(path, here), message=message)
        for part, child in _children(current):
            stack.append(((here, part), level + 1, child))


def _path(base: str, place: _Place) -> str:
    parts: list[Any] = []
    while place is not None:
        place, part = place
        parts.append(part)
    return wording.join(base, reversed(parts))


def _children(value: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, list):
        yield from enumerate(value)


def _wrong(value: Any) -> Iterator[str]:
    messages: list[str | None] = []
    if isinstance(value, dict):
        messages = [_bad_name(name) for name in value]
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        messages = [_bad_number(value)]
    elif isinstance(value, str):
        message = "holds a NUL or half a surrogate pair, which is no valid text"
        messages = [None if _storable(value) else message]
    elif value is not None and not isinstance(value, (bool, list)):
        messages = [f"is {wording.kind(value)}, which is not JSON"]
    yield from filter(None, messages)


def _bad_name(name: Any) -> str | None:
    if not isinstance(name, str):
        return f"has the name {wording.show(name)}, which is no string"
    if not _storable(name):
        return f"has the name {wording.show(name)}, which is no valid text"
    return None


def _bad_number(value: float) -> str | None:
    if isinstance(value, int):
        return None if abs(value) <= _SAFE_INTEGER else "is an integer beyond 64 bits"
    return None if math.isfinite(value) else f"is {value}, which is no JSON number"


def _storable(text: str) -> bool:
    if "\0" in text:
        return False
    return text.isascii() or not any("\ud800" <= char <= "\udfff" for char in text)
