"""How much work one check may do: schemas are written by strangers."""

from __future__ import annotations

import contextvars
from typing import Final

__all__ = ["MAX_REFERENCES", "TooMuchWorkError", "allow", "follow_reference"]

MAX_REFERENCES: Final = 200_000
"""References followed while one value is checked: about two seconds' worth."""

_left: contextvars.ContextVar[list[int]] = contextvars.ContextVar("references_left")


class TooMuchWorkError(Exception):
    """A check would take too long."""


def allow(references: int) -> None:
    """Begin a check that may follow so many references."""
    _left.set([references])


def follow_reference() -> None:
    """Count one reference.

    Raises:
        TooMuchWorkError: It was one too many.
    """
    left = _left.get(None)
    if left is not None:
        left[0] -= 1
        if left[0] < 0:
            raise TooMuchWorkError
