"""Breaches of a schema in the words of who reads a comparison."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from program_runtime.metadata import wording

if TYPE_CHECKING:
    from collections.abc import Callable

    from toolkit.bundle.comparison.schemas import Breach


__all__ = ["narrowed", "widened"]

_MOST: Final = {
    "maximum": "maximum",
    "exclusiveMaximum": "exclusive maximum",
    "maxLength": "maximum length",
    "maxItems": "maximum number of items",
    "maxProperties": "maximum number of names",
    "maxQubits": "maximum number of qubits",
}
_LEAST: Final = {
    "minimum": "minimum",
    "exclusiveMinimum": "exclusive minimum",
    "minLength": "minimum length",
    "minItems": "minimum number of items",
    "minProperties": "minimum number of names",
}
_NUMBER: Final = {"integer", "number"}


def narrowed(breach: Breach, *, given: bool) -> str:
    """Say what is not allowed any more: ``inner`` is before, ``outer`` after.

    Args:
        breach: The place.
        given: Callers give the value; else they get it.
    """
    before, after, rule = breach.inner, breach.outer, breach.rule
    if rule in _MOST or rule in _LEAST:
        noun = _MOST.get(rule) or _LEAST[rule]
        if before is None:
            return f"{noun} of {after} now, had none"
        moved = "lowered" if rule in _MOST else "raised"
        return f"{noun} {moved} from {before} to {after}"
    return _say(breach, _NARROWED | _NARROWED_BY[given], before, after)


def widened(breach: Breach, *, given: bool) -> str:
    """Say what is allowed now: ``inner`` is after, ``outer`` before.

    Args:
        breach: The place.
        given: Callers give the value; else they get it.
    """
    after, before, rule = breach.inner, breach.outer, breach.rule
    if rule in _MOST or rule in _LEAST:
        noun = _MOST.get(rule) or _LEAST[rule]
        if after is None:
            return f"no {noun} any more, was {before}"
        moved = "raised" if rule in _MOST else "lowered"
        return f"{noun} {moved} from {before} to {after}"
    return _say(breach, _WIDENED | _WIDENED_BY[given], before, after)


def _say(
    breach: Breach,
    words: dict[str, Callable[[Any, Any], str]],
    before: Any,
    after: Any,
) -> str:
    if breach.rule not in words:
        rule = "they are" if breach.rule == "schema" else f"{breach.rule!r} is"
        return f"cannot be judged: {rule} too complex to be compared"
    said = words[breach.rule](before, after)
    if breach.path.endswith("*") and breach.rule == "gone":
        said = f"names that are not listed: {said}"
    return f"{said}, which cannot be judged" if breach.undecided else said


def _moved(moved: str, more: str, less: str) -> str:
    """Return ``changed`` unless the one names all that the other does."""
    wide, narrow = set(more.split(" or ")), set(less.split(" or "))
    if "number" in wide:
        wide |= _NUMBER
    return moved if wide == {"anything"} or narrow <= wide else "changed"


def _shape(sizes: Any) -> str:
    if sizes is None:
        return "any"
    return f"({', '.join('any' if size is None else str(size) for size in sizes)})"


_listed: Final = wording.listed

_NARROWED: Final[dict[str, Callable[[Any, Any], str]]] = {
    "dependentRequired": lambda _, after: f"required beside {after} now",
    "dtype": lambda before, after: f"dtype narrowed from {before or 'any'} to {after}",
    "enum": lambda _, after: f"only {_listed(after)} now",
    "false": lambda *_: "nothing is allowed any more",
    "multipleOf": lambda _, after: f"must be a multiple of {after} now",
    "parametrized": lambda _, after: (
        "must be parametrized now" if after else "must have no parameters now"
    ),
    "pattern": lambda _, after: f"must match {after!r} now",
    "shape": lambda before, after: (
        f"shape narrowed from {_shape(before)} to {_shape(after)}"
    ),
    "type": lambda before, after: (
        f"type {_moved('narrowed', before, after)} from {before} to {after}"
    ),
    "uniqueItems": lambda *_: "items must differ from each other now",
    "value": lambda before, _: f"no longer {_listed(before)}",
}
_NARROWED_BY: Final[dict[bool, dict[str, Callable[[Any, Any], str]]]] = {
    True: {
        "gone": lambda *_: "no longer accepted",
        "required": lambda known, _: "required now" if known else "new and required",
    },
    False: {
        "gone": lambda *_: "never there any more",
        "required": lambda *_: "always there now",
    },
}
_WIDENED: Final[dict[str, Callable[[Any, Any], str]]] = {
    "dependentRequired": lambda before, _: f"not always beside {before} any more",
    "dtype": lambda before, after: f"dtype widened from {before} to {after or 'any'}",
    "enum": lambda before, _: f"no longer only {_listed(before)}",
    "false": lambda *_: "allowed now",
    "multipleOf": lambda before, _: f"not always a multiple of {before} any more",
    "parametrized": lambda before, _: (
        "not always parametrized any more" if before else "can have parameters now"
    ),
    "pattern": lambda before, _: f"need not match {before!r} any more",
    "shape": lambda before, after: (
        f"shape widened from {_shape(before)} to {_shape(after)}"
    ),
    "type": lambda before, after: (
        f"type {_moved('widened', after, before)} from {before} to {after}"
    ),
    "uniqueItems": lambda *_: "items can be equal to each other now",
    "value": lambda _, after: f"also {_listed(after)} now",
}
_WIDENED_BY: Final[dict[bool, dict[str, Callable[[Any, Any], str]]]] = {
    True: {
        "gone": lambda *_: "new, optional",
        "required": lambda *_: "not required any more",
    },
    False: {
        "gone": lambda *_: "new",
        "required": lambda *_: "not always there any more",
    },
}
