"""How much work one check may do: schemas are written by strangers.

A step is a reference followed or a branch tried; a schema that tries its branches
twice at each of twenty levels tries the last one a million times.
"""

from __future__ import annotations

import contextlib
import contextvars
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["TooMuchWorkError", "check", "count", "count_states"]

_FREE: Final = 20_000
"""Steps that any check may take: about a second's worth."""
_PER_PART: Final = 40
"""Further steps for each part of the value: a large value takes longer."""
_PARTS: Final = 2_000_000
_STATES_A_STEP: Final = 50
"""So many states of a pattern take as long as one step."""
_CHARACTERS_A_PART: Final = 100

_current: contextvars.ContextVar[_Check | None] = contextvars.ContextVar(
    "check", default=None
)


class TooMuchWorkError(Exception):
    """A check would take too long."""


class _Check:
    """One check: the steps left to it."""

    __slots__ = ("extended", "left", "value")

    def __init__(self, value: Any) -> None:
        self.extended = False
        self.left = _FREE
        self.value = value


@contextlib.contextmanager
def check(value: Any) -> Iterator[None]:
    """Bound the work of what happens inside; a check within a check is part of it."""
    if _current.get() is not None:
        yield
        return
    token = _current.set(_Check(value))
    try:
        yield
    finally:
        _current.reset(token)


def count(steps: int = 1) -> None:
    """Count steps; outside of a check they are free.

    Raises:
        TooMuchWorkError: They are too many for a value of this size.
    """
    check = _current.get()
    if check is None:
        return
    check.left -= steps
    if check.left <= 0 and not check.extended:
        # Measured only now: hardly any check comes here.
        check.extended = True
        check.left += max(0, _PER_PART * _parts(check.value) - _FREE)
    if check.left <= 0:
        raise TooMuchWorkError


def count_states(states: int) -> None:
    """Count the states that the matching of a pattern went through.

    Raises:
        TooMuchWorkError: They are too many for a value of this size.
    """
    count(states // _STATES_A_STEP)


def _parts(value: Any) -> int:
    """Return how many values a value is made of; long texts count several times."""
    parts, todo = 0, [value]
    while todo and parts < _PARTS:
        current = todo.pop()
        parts += 1
        if isinstance(current, str):
            parts += len(current) // _CHARACTERS_A_PART
        elif isinstance(current, dict):
            todo += current.values()
            todo += current.keys()
        elif isinstance(current, (list, tuple)):
            todo += current
    return parts
