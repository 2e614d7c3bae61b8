"""The numbers in a program's result, by their places."""

from __future__ import annotations

import difflib
import math
from typing import TYPE_CHECKING, Any, Final

from toolkit.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["WHOLE", "numbers_at", "numbers_of"]

WHOLE: Final = "result"
"""The place of a result that is itself a number."""


def numbers_of(result: Any) -> dict[str, float]:
    """Find the single numbers of a result.

    Numbers in lists of numbers, such as parameters, are left out: they are rarely
    what is to be compared.

    Args:
        result: What ``main`` returned.

    Returns:
        Place -> number; the places of inner values have dots: ``fit.slope``,
        ``0.mitigated``.
    """
    return dict(_walk(result, ""))


def numbers_at(result: Any, places: Sequence[str]) -> dict[str, float]:
    """Find numbers that are named, also inside of lists.

    Args:
        result: What ``main`` returned.
        places: Such as ``energy`` or ``parameters.0``.

    Raises:
        UsageError: There is no number at a place.
    """
    return {place: _number_at(result, place) for place in places}


def _walk(value: Any, place: str) -> Iterator[tuple[str, float]]:
    number = _as_number(value)
    if number is not None:
        yield place or WHOLE, number
    for name, inner in _inside(value):
        is_one_of_many = isinstance(value, list | tuple)
        if is_one_of_many and _as_number(inner) is not None:
            continue
        yield from _walk(inner, f"{place}.{name}" if place else name)


def _inside(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        yield from ((str(key), inner) for key, inner in value.items())
    elif isinstance(value, list | tuple):
        yield from ((str(index), inner) for index, inner in enumerate(value))


def _number_at(result: Any, place: str) -> float:
    value = result
    if place != WHOLE or _as_number(result) is None:
        for name in place.split("."):
            value = dict(_inside(_plain(value))).get(name)
    number = _as_number(value)
    if number is None:
        known = list(numbers_of(result))
        near = difflib.get_close_matches(place, known, n=1)
        hint = f"Did you mean {near[0]!r}?" if near else None
        if known and not near:
            hint = f"There are: {', '.join(known)}."
        raise UsageError(f"The result has no number {place!r}.", hint=hint)
    return number


def _plain(value: Any) -> Any:
    """Turn an array into lists."""
    return value.tolist() if hasattr(value, "tolist") else value


def _as_number(value: Any) -> float | None:
    if getattr(value, "ndim", None) == 0 and hasattr(value, "item"):
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) else None
