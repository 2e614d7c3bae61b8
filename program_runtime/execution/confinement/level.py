"""The levels of confinement, and the choice among those that this machine offers."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from program_runtime.errors import ExecutionError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["AUTO", "Level", "choose_level", "levels_to_try"]

AUTO: Final = "auto"


class Level(StrEnum):
    """From weakest to strongest."""

    NONE = "none"
    REDUCED = "reduced"
    STRONG = "strong"


def levels_to_try(asked: str) -> tuple[Level, ...]:
    """The levels that answer a wish, best first.

    Args:
        asked: ``auto`` or the name of a level.

    Returns:
        All for ``auto``, else the one.

    Raises:
        ExecutionError: There is no such level.

    Example:
        >>> levels_to_try("strong")
        (<Level.STRONG: 'strong'>,)
    """
    if asked == AUTO:
        return tuple(reversed(Level))
    try:
        return (Level(asked),)
    except ValueError as error:
        raise ExecutionError(
            f"There is no isolation level {asked!r}.",
            hint=f"Choose auto or one of: {', '.join(Level)}.",
        ) from error


def choose_level(asked: str, problems: Mapping[str, Sequence[str]]) -> Level:
    """Choose the level that was asked for, or the best one for ``auto``.

    Args:
        asked: ``auto`` or the name of a level.
        problems: What stands against each level that was tried here.

    Returns:
        A level with nothing against it.

    Raises:
        ExecutionError: There is no such level, or it does not hold here.

    Example:
        >>> choose_level("auto", {"strong": ["no namespaces"], "reduced": []})
        <Level.REDUCED: 'reduced'>
    """
    wanted = levels_to_try(asked)
    for level in wanted:
        if not problems.get(level, ["it was not tried"]):
            return level
    reasons = "; ".join(problems.get(wanted[0], ["it was not tried"]))
    offered = ", ".join(level for level in Level if problems.get(level) == [])
    raise ExecutionError(
        f"Isolation level {wanted[0].value!r} is not available here: {reasons}.",
        hint=f"Nothing weaker is chosen silently. Choose one of: {offered or 'none'}.",
    )
