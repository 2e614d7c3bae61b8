"""The levels of confinement and which of them this machine offers."""

from __future__ import annotations

import sys
from enum import StrEnum

from program_runtime.errors import ExecutionError

__all__ = ["Level", "available_levels", "parse_level"]


class Level(StrEnum):
    """From weakest to strongest."""

    NONE = "none"
    RLIMITS = "rlimits"
    REDUCED = "reduced"
    STRONG = "strong"


def available_levels() -> tuple[Level, ...]:
    """The levels that can be asked for here, weakest first.

    Returns:
        ``none`` alone where limits of a process can not be relied upon.
    """
    kept = (Level.RLIMITS,) if sys.platform == "linux" else ()
    return (Level.NONE, *kept)


def parse_level(text: str) -> Level:
    """Choose the level that was asked for, or the best one for ``auto``.

    Args:
        text: ``auto`` or the name of a level.

    Returns:
        A level that this machine offers.

    Raises:
        ExecutionError: There is no such level, or it is not offered here.

    Example:
        >>> parse_level("none")
        <Level.NONE: 'none'>
    """
    available = available_levels()
    if text == "auto":
        return available[-1]
    names = ", ".join(available)
    try:
        level = Level(text)
    except ValueError as error:
        raise ExecutionError(
            f"There is no isolation level {text!r}.",
            hint=f"Choose auto or one of: {names}.",
        ) from error
    if level not in available:
        raise ExecutionError(
            f"Isolation level {level.value!r} is not available: this version on "
            f"{sys.platform} offers {names}.",
            hint="Choose one of these; nothing weaker is chosen silently.",
        )
    return level
