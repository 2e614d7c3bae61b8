"""Schemas that allow a few values only: these are tried one by one."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from toolkit.bundle.comparison.schemas import parts as schemas
from toolkit.bundle.comparison.schemas.breach import Breach
from toolkit.bundle.comparison.schemas.kinds import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from toolkit.bundle.comparison.schemas.parts import Part, Parts

__all__ = ["check", "exclude", "few", "listed"]


def few(parts: Parts, kinds: frozenset[Kind]) -> list[Any] | None:
    """Return the values that the parts can allow, or None if these are many.

    Args:
        parts: All that holds of the values, taken apart.
        kinds: The kinds that they can have.
    """
    for part in parts:
        if "const" in part.rules:
            return [part.rules["const"]]
        if "enum" in part.rules:
            return list(part.rules["enum"])
    if kinds <= {Kind.NULL, Kind.BOOLEAN}:
        return [None] * (Kind.NULL in kinds) + [False, True] * (Kind.BOOLEAN in kinds)
    return None


def check(
    found: Sequence[Any], inner: Parts, outer: Part, path: str
) -> Iterator[Breach]:
    """Yield the values that fit ``inner`` and not ``outer``."""
    unfit = [
        form
        for value in found
        for form in itertools.islice(_unfit(value, inner, outer), 1)
    ]
    if unfit:
        yield Breach(path=path, rule="value", inner=unfit)


def _unfit(value: Any, inner: Parts, outer: Part) -> Iterator[Any]:
    """Yield the forms of a value that fit ``inner`` and not ``outer``."""
    for form in _forms(value):
        fitted = all(schemas.fits(part, form) for part in inner)
        if fitted and not schemas.fits(outer, form):
            yield form


def exclude(found: Sequence[Any], parts: Parts) -> bool:
    """Whether no value of those found fits all the parts."""
    return not any(
        all(schemas.fits(part, form) for part in parts)
        for value in found
        for form in _forms(value)
    )


def listed(outer: Part, path: str) -> Iterator[Breach]:
    """Yield that ``outer`` allows a few values, where there were many."""
    if "const" in outer.rules:
        yield Breach(path=path, rule="enum", outer=[outer.rules["const"]])
    if "enum" in outer.rules:
        yield Breach(path=path, rule="enum", outer=outer.rules["enum"])


def _forms(value: Any) -> Iterator[Any]:
    """Yield a value in the forms that JSON Schema holds for the same.

    An array of NumPy without a dimension is the same as its number, too, and no number
    to ``type``: nobody sends one for a value that a schema lists, and it is left out.
    """
    yield value
    whole = _with_numbers(value, int)
    if type(value) is not int:
        yield whole
    yield _with_numbers(value, float)


def _with_numbers(value: Any, kind: type) -> Any:
    if isinstance(value, bool) or not isinstance(value, (int, float, list, dict)):
        return value
    if isinstance(value, list):
        return [_with_numbers(item, kind) for item in value]
    if isinstance(value, dict):
        return {name: _with_numbers(item, kind) for name, item in value.items()}
    try:
        changed = kind(value)
    except (OverflowError, ValueError):
        return value
    return changed if changed == value else value
