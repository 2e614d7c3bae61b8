"""How many problems an answer lists: what a stranger wrote may have any number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from program_runtime.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["MAX_PROBLEMS", "bounded"]

MAX_PROBLEMS: Final = 50


def bounded(problems: Iterable[Problem]) -> list[Problem]:
    """Return the first problems, each once, and say so if there are more.

    No more of them are made than are returned, but for repetitions.
    """
    found: dict[Problem, None] = {}
    for problem in problems:
        if len(found) == MAX_PROBLEMS and problem not in found:
            message = f"there are more problems, these are the first {MAX_PROBLEMS}"
            return [*found, Problem(path="...", message=message)]
        found[problem] = None
    return list(found)
