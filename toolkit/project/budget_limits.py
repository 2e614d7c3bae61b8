"""The ``budget`` of program.json: which number is over which limit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from program_runtime.errors import Problem
from toolkit.project.project import METADATA

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["WORDS", "over_budget", "written"]

WORDS: Final = {
    "calls": "calls of the backend",
    "pubs": "PUBs",
    "circuits": "circuits",
    "shots": "shots",
    "depth": "layers of depth",
    "two_qubit_gates": "two-qubit gates in a circuit",
    "qpu_s": "estimated QPU seconds",
}


def over_budget(
    counts: Mapping[str, float | None],
    budget: Mapping[str, float],
    *,
    missing: str | None = None,
    remedy: str | None = None,
) -> list[Problem]:
    """Hold what was counted against the limits.

    Args:
        counts: Of the whole run.
        budget: Of the metadata: number -> the most that is allowed.
        missing: Why there are no ``qpu_s``.
        remedy: What to do about that.

    Returns:
        Every number that is over its limit, or is unknown and has one.
    """
    problems = []
    for name, limit in budget.items():
        number = counts.get(name)
        path = f"{METADATA} $.budget.{name}"
        if number is None:
            why = missing or "it was not measured"
            message = f"is {written(limit)}, but can not be estimated: {why}"
            problems.append(Problem(path=path, message=message, hint=remedy))
        elif number > limit:
            taken = f"{written(number)} {WORDS[name]}"
            message = f"is {written(limit)}, but a run takes {taken}"
            problems.append(Problem(path=path, message=message))
    return problems


def written(number: float) -> str:
    """Write a number for people: ``2,457,600``, ``1,815.25``.

    Example:
        >>> written(2457600), written(1815.25)
        ('2,457,600', '1,815.25')
    """
    return f"{number:,}" if isinstance(number, int) else f"{number:,.2f}"
