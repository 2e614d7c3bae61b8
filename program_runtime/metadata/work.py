"""How much work one check may do: schemas are written by strangers."""

from __future__ import annotations

import contextvars
from typing import Any, Final

__all__ = ["TooMuchWorkError", "begin", "follow_reference"]

_FREE: Final = 20_000
"""References that any check may follow: about a second's worth."""
_PER_PART: Final = 10
"""Further references for each part of the value: a large value takes longer."""
_PARTS: Final = 2_000_000

_check: contextvars.ContextVar[_Check] = contextvars.ContextVar("check")


class TooMuchWorkError(Exception):
    """A check would take too long."""


class _Check:
    """One check: the references left to it."""

    __slots__ = ("extended", "left", "value")

    def __init__(self, value: Any) -> None:
        self.extended = False
        self.left = _FREE
        self.value = value


def begin(value: Any) -> None:
    """Begin the check of a value."""
    _check.set(_Check(value))


def follow_reference() -> None:
    """Count one reference.

    Raises:
        TooMuchWorkError: It was one too many for a value of this size.
    """
    check = _check.get(None)
    if check is None:
        return
    check.left -= 1
    if check.left == 0 and not check.extended:
        # Counted only now: hardly any check comes here.
        check.extended = True
        check.left = _PER_PART * _parts(check.value) - _FREE
    if check.left <= 0:
        raise TooMuchWorkError


def _parts(value: Any) -> int:
    """Return how many values a value is made of."""
    parts, todo = 0, [value]
    while todo and parts < _PARTS:
        current = todo.pop()
        parts += 1
        if isinstance(current, dict):
            todo += current.values()
        elif isinstance(current, (list, tuple)):
            todo += current
    return parts
