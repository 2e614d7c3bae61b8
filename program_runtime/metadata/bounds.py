"""Bounds on a JSON value that a stranger wrote: depth, size, plain types."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from program_runtime.errors import Problem
from program_runtime.metadata import wording

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["exceeded"]

_SAFE_INTEGER = 2**63


def exceeded(value: Any, *, depth: int, nodes: int, path: str = "$") -> list[Problem]:
    """Return what keeps a value from being plain, bounded JSON.

    Args:
        value: Anything; it is walked without recursion.
        depth: How many containers may lie in each other.
        nodes: How many values there may be in all.
        path: The path of ``value`` itself.
    """
    problems: list[Problem] = []
    stack: list[tuple[str, int, Any]] = [(path, 0, value)]
    left = nodes
    while stack:
        here, level, current = stack.pop()
        left -= 1
        if left < 0:
            message = f"holds more than {nodes:,} values"
            return [*problems, Problem(path=path, message=message)]
        if level > depth:
            message = f"is nested deeper than {depth} levels"
            return [*problems, Problem(path=path, message=message)]
        problems.extend(_wrong(here, current))
        for part, child in _children(current):
            stack.append((wording.join(here, [part]), level + 1, child))
    return problems


def _children(value: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, list):
        yield from enumerate(value)


def _wrong(path: str, value: Any) -> Iterator[Problem]:
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
    for found in messages:
        if found:
            yield Problem(path=path, message=found)


def _bad_name(name: Any) -> str | None:
    if not isinstance(name, str):
        return f"has the name {wording.show(name)}, which is no string"
    if not _storable(name):
        return f"has the name {wording.show(name)}, which is no valid text"
    return None


def _bad_number(value: float) -> str | None:
    if not math.isfinite(value):
        return f"is {value}, which is no JSON number"
    if isinstance(value, int) and abs(value) > _SAFE_INTEGER:
        return "is an integer beyond 64 bits"
    return None


def _storable(text: str) -> bool:
    if "\0" in text:
        return False
    return text.isascii() or not any("\ud800" <= char <= "\udfff" for char in text)
