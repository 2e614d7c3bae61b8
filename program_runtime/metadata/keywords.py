"""The keywords of JSON Schema that judge a value itself.

What differs from jsonschema's own: NumPy numbers and arrays and tuples count, a
quantum ``format`` replaces ``type``, NaN is in no range, patterns match in linear
time, and no message prints a value at full length.
"""

from __future__ import annotations

import math
import operator
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from jsonschema.exceptions import ValidationError

from program_runtime.metadata import equality, kinds, patterns, quantum, wording

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Keyword = Callable[[Any, Any, Any, Any], Iterator[ValidationError]]

__all__ = ["KEYWORDS"]


def _type(_: Any, types: Any, value: Any, schema: Any) -> Iterator[ValidationError]:
    if quantum.rules(schema):
        return
    wanted = [types] if isinstance(types, str) else types
    if not any(kinds.CHECKS[name](value) for name in wanted):
        names = " or ".join(kinds.NAMES[name] for name in wanted)
        yield ValidationError(f"is {wording.show(value)}, must be {names}")


def _format(_: Any, __: Any, value: Any, schema: Any) -> Iterator[ValidationError]:
    if quantum.rules(schema):
        for message in quantum.judge(schema, value):
            yield ValidationError(message)


def _enum(_: Any, values: Any, value: Any, __: Any) -> Iterator[ValidationError]:
    if not any(equality.same(each, value) for each in values):
        allowed = wording.listed(values)
        yield ValidationError(f"is {wording.show(value)}, must be one of {allowed}")


def _const(_: Any, wanted: Any, value: Any, __: Any) -> Iterator[ValidationError]:
    if not equality.same(wanted, value):
        shown = wording.show(wanted)
        yield ValidationError(f"is {wording.show(value)}, must be {shown}")


def _bound(words: str, holds: Callable[[Any, Any], bool]) -> Keyword:
    """Make a keyword that bounds a number; NaN is in no range."""

    def check(_: Any, bound: Any, value: Any, __: Any) -> Iterator[ValidationError]:
        if kinds.is_number(value) and not holds(value, bound):
            shown = wording.show(value)
            yield ValidationError(f"is {shown}, must be {words} {bound}")

    return check


def _multiple(_: Any, step: Any, value: Any, __: Any) -> Iterator[ValidationError]:
    if kinds.is_number(value) and not _divides(step, value):
        shown = wording.show(value)
        yield ValidationError(f"is {shown}, must be a multiple of {step}")


def _divides(step: Any, value: Any) -> bool:
    if kinds.is_integer(value):
        value = int(value)
        if isinstance(step, int):
            return bool(value % step == 0)
    elif not math.isfinite(value):
        return False
    quotient = Fraction(str(value)) / Fraction(str(step))
    return quotient.denominator == 1


def _length(
    kind: str, noun: str, holds: Callable[[int, int], bool], words: str
) -> Keyword:
    """Make a keyword that bounds how many parts a value has."""

    def check(_: Any, bound: Any, value: Any, __: Any) -> Iterator[ValidationError]:
        if kinds.CHECKS[kind](value) and not holds(len(value), bound):
            found = wording.count(len(value), noun)
            yield ValidationError(f"has {found}, {words} {bound:,}")

    return check


def _pattern(_: Any, source: Any, value: Any, __: Any) -> Iterator[ValidationError]:
    if isinstance(value, str) and not patterns.matches(source, value):
        yield ValidationError(
            f"is {wording.show(value)}, must match {wording.name(source)}"
        )


def _required(_: Any, names: Any, value: Any, __: Any) -> Iterator[ValidationError]:
    if isinstance(value, dict):
        for name in names:
            if name not in value:
                yield ValidationError("is required", path=[name])


def _unique(_: Any, wanted: Any, value: Any, __: Any) -> Iterator[ValidationError]:
    if wanted and kinds.is_array(value):
        for message in equality.repeated(value):
            yield ValidationError(message)


KEYWORDS: dict[str, Keyword] = {
    "const": _const,
    "enum": _enum,
    "exclusiveMaximum": _bound("less than", lambda value, bound: value < bound),
    "exclusiveMinimum": _bound("more than", lambda value, bound: value > bound),
    "format": _format,
    "maximum": _bound("at most", lambda value, bound: value <= bound),
    "minimum": _bound("at least", lambda value, bound: value >= bound),
    "maxItems": _length("array", "item", operator.le, "must have at most"),
    "minItems": _length("array", "item", operator.ge, "must have at least"),
    "maxLength": _length("string", "character", operator.le, "must have at most"),
    "minLength": _length("string", "character", operator.ge, "must have at least"),
    "maxProperties": _length("object", "name", operator.le, "must have at most"),
    "minProperties": _length("object", "name", operator.ge, "must have at least"),
    "multipleOf": _multiple,
    "pattern": _pattern,
    "required": _required,
    "type": _type,
    "uniqueItems": _unique,
}
