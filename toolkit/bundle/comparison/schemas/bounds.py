"""Bounds on numbers, lengths and sizes: does one schema keep another's?"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from toolkit.bundle.comparison.schemas.breach import Breach
from toolkit.bundle.comparison.schemas.kinds import ARRAYS, NUMBERS, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from toolkit.bundle.comparison.schemas.parts import Part, Parts

__all__ = ["check"]

_Kinds = frozenset[Kind]

_MOST: Final = {
    "maxLength": frozenset([Kind.STRING]),
    "maxItems": ARRAYS,
    "maxProperties": frozenset([Kind.OBJECT]),
}
_LEAST: Final = {
    "minLength": frozenset([Kind.STRING]),
    "minItems": ARRAYS,
    "minProperties": frozenset([Kind.OBJECT]),
}


def check(inner: Parts, kinds: _Kinds, outer: Part, path: str) -> Iterator[Breach]:
    """Yield the bounds of ``outer`` that values of ``inner`` can pass.

    Args:
        inner: All that holds of the values, taken apart.
        kinds: The kinds that they can have.
        outer: What must hold of them.
        path: Of the values.
    """
    if kinds & NUMBERS:
        yield from _range(inner, kinds, outer, path)
        yield from _multiple(inner, kinds, outer, path)
    yield from _sizes(inner, kinds, outer, path)
    if Kind.STRING in kinds:
        yield from _pattern(inner, outer, path)
    if kinds & ARRAYS:
        yield from _unique(inner, outer, path)


def _range(inner: Parts, kinds: _Kinds, outer: Part, path: str) -> Iterator[Breach]:
    whole = Kind.FLOAT not in kinds
    top, low = _upper(inner, whole=whole), _lower(inner, whole=whole)
    kept: dict[str, Callable[[float], bool]] = {
        "maximum": lambda wanted: top is not None and top[0] <= wanted,
        "exclusiveMaximum": lambda wanted: top is not None and top < (wanted, 0),
        "minimum": lambda wanted: low is not None and low[0] >= wanted,
        "exclusiveMinimum": lambda wanted: low is not None and low > (wanted, 0),
    }
    for rule, is_kept in kept.items():
        wanted = outer.rules.get(rule)
        if wanted is not None and not is_kept(wanted):
            bound = low if rule in {"minimum", "exclusiveMinimum"} else top
            held = None if bound is None else bound[0]
            yield Breach(path=path, rule=rule, inner=held, outer=wanted)


def _upper(parts: Parts, *, whole: bool) -> tuple[float, int] | None:
    """Return the greatest value, and -1 if it is itself excluded."""
    bounds = [(bound, 0) for bound in _said(parts, "maximum")]
    bounds += [(bound, -1) for bound in _said(parts, "exclusiveMaximum")]
    if whole:
        bounds = [
            (math.ceil(b) - 1 if less else math.floor(b), 0)
            for b, less in bounds
            if math.isfinite(b)
        ]
    return min(bounds, default=None)


def _lower(parts: Parts, *, whole: bool) -> tuple[float, int] | None:
    """Return the least value, and 1 if it is itself excluded."""
    bounds = [(bound, 0) for bound in _said(parts, "minimum")]
    bounds += [(bound, 1) for bound in _said(parts, "exclusiveMinimum")]
    if whole:
        bounds = [
            (math.floor(b) + 1 if more else math.ceil(b), 0)
            for b, more in bounds
            if math.isfinite(b)
        ]
    return max(bounds, default=None)


def _multiple(inner: Parts, kinds: _Kinds, outer: Part, path: str) -> Iterator[Breach]:
    step = outer.rules.get("multipleOf")
    if step is None:
        return
    held = _said(inner, "multipleOf")
    steps = [*held, 1] if Kind.FLOAT not in kinds else held
    if not any(_divides(step, each) for each in steps):
        shown = held[0] if held else None
        yield Breach(path=path, rule="multipleOf", inner=shown, outer=step)


def _divides(step: float, number: float) -> bool:
    return (Fraction(str(number)) / Fraction(str(step))).denominator == 1


def _sizes(inner: Parts, kinds: _Kinds, outer: Part, path: str) -> Iterator[Breach]:
    for rule, of in _MOST.items():
        wanted, most = outer.rules.get(rule), min(_said(inner, rule), default=None)
        if wanted is not None and kinds & of and (most is None or most > wanted):
            yield Breach(path=path, rule=rule, inner=most, outer=wanted)
    for rule, of in _LEAST.items():
        wanted, least = outer.rules.get(rule), max(_said(inner, rule), default=None)
        if rule == "minProperties":
            least = max([least or 0, *_required(inner)])
        if wanted and kinds & of and (least is None or least < wanted):
            yield Breach(path=path, rule=rule, inner=least, outer=wanted)


def _required(parts: Parts) -> list[int]:
    return [len(set(names)) for names in _said(parts, "required")]


def _pattern(inner: Parts, outer: Part, path: str) -> Iterator[Breach]:
    wanted, held = outer.rules.get("pattern"), _said(inner, "pattern")
    if wanted is not None and wanted not in held:
        shown = held[0] if held else None
        # Whether one pattern matches all that another does is not looked into.
        yield Breach(
            path=path, rule="pattern", inner=shown, outer=wanted, undecided=bool(held)
        )


def _unique(inner: Parts, outer: Part, path: str) -> Iterator[Breach]:
    if outer.rules.get("uniqueItems") is not True or True in _said(
        inner, "uniqueItems"
    ):
        return
    if min(_said(inner, "maxItems"), default=2) > 1:
        yield Breach(path=path, rule="uniqueItems", outer=True)


def _said(parts: Iterable[Part], rule: str) -> Sequence[Any]:
    """Return what the parts say by a keyword."""
    return [part.rules[rule] for part in parts if rule in part.rules]
