"""The keywords of JSON Schema, as they judge Python values.

Importing this imports jsonschema: only ``compiled`` does, and only when needed.
What differs from jsonschema's own: NumPy numbers and arrays and tuples count, a
quantum ``format`` replaces ``type``, ``100.0`` is no integer (``range`` refuses it
too), NaN is in no range, patterns match in linear time, the number of references
followed is bounded, and no message prints a value at full length.
"""

from __future__ import annotations

import itertools
import math
import operator
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from jsonschema import TypeChecker, validators
from jsonschema.exceptions import ValidationError

from program_runtime.metadata import equality, patterns, quantum, wording, work

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Keyword = Callable[[Any, Any, Any, Any], Iterator[ValidationError]]

__all__ = ["CLASSES"]

_BRANCH_ERRORS = 5


def _is_integer(_: Any, value: Any) -> bool:
    if isinstance(value, int):
        return not isinstance(value, bool)
    return quantum.numpy_kind(value) in {"i", "u"}


def _is_number(_: Any, value: Any) -> bool:
    if isinstance(value, (int, float)):
        return not isinstance(value, bool)
    return quantum.numpy_kind(value) in {"i", "u", "f"}


def _is_boolean(_: Any, value: Any) -> bool:
    return isinstance(value, bool) or quantum.numpy_kind(value) == "b"


def _is_array(_: Any, value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return True
    return quantum.is_array(value) and value.ndim > 0


_TYPES = {
    "array": _is_array,
    "boolean": _is_boolean,
    "integer": _is_integer,
    "null": lambda _, value: value is None,
    "number": _is_number,
    "object": lambda _, value: isinstance(value, dict),
    "string": lambda _, value: isinstance(value, str),
}
_NAMES = {
    "array": "a list",
    "boolean": "a boolean",
    "integer": "an integer",
    "null": "null",
    "number": "a number",
    "object": "an object",
    "string": "a string",
}


def _type(_: Any, types: Any, value: Any, schema: Any) -> Iterator[ValidationError]:
    if quantum.rules(schema):
        return
    wanted = [types] if isinstance(types, str) else types
    if not any(_TYPES[name](None, value) for name in wanted):
        names = " or ".join(_NAMES[name] for name in wanted)
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
        if _is_number(None, value) and not holds(value, bound):
            shown = wording.show(value)
            yield ValidationError(f"is {shown}, must be {words} {bound}")

    return check


def _multiple(_: Any, step: Any, value: Any, __: Any) -> Iterator[ValidationError]:
    if _is_number(None, value) and not _divides(step, value):
        shown = wording.show(value)
        yield ValidationError(f"is {shown}, must be a multiple of {step}")


def _divides(step: Any, value: Any) -> bool:
    if _is_integer(None, value) and isinstance(step, int):
        return int(value) % step == 0
    if not math.isfinite(value):
        return False
    quotient = Fraction(str(value)) / Fraction(str(step))
    return quotient.denominator == 1


def _length(
    kind: str, noun: str, holds: Callable[[int, int], bool], words: str
) -> Keyword:
    """Make a keyword that bounds how many parts a value has."""

    def check(_: Any, bound: Any, value: Any, __: Any) -> Iterator[ValidationError]:
        if _TYPES[kind](None, value) and not holds(len(value), bound):
            found = wording.count(len(value), noun)
            yield ValidationError(f"has {found}, {words} {bound:,}")

    return check


def _pattern(_: Any, source: Any, value: Any, __: Any) -> Iterator[ValidationError]:
    if isinstance(value, str) and not patterns.matches(source, value):
        yield ValidationError(f"is {wording.show(value)}, must match {source}")


def _pattern_properties(
    validator: Any, by_pattern: Any, value: Any, _: Any
) -> Iterator[ValidationError]:
    if not isinstance(value, dict):
        return
    for source, subschema in by_pattern.items():
        for name, item in value.items():
            if isinstance(name, str) and patterns.matches(source, name):
                yield from validator.descend(
                    item, subschema, path=name, schema_path=source
                )


def _additional_properties(
    validator: Any, subschema: Any, value: Any, schema: Any
) -> Iterator[ValidationError]:
    if not isinstance(value, dict):
        return
    known = schema.get("properties", {})
    sources = schema.get("patternProperties", {})
    for name, item in value.items():
        if name in known:
            continue
        if isinstance(name, str) and any(patterns.matches(s, name) for s in sources):
            continue
        if subschema is False:
            yield ValidationError("is an unknown name", path=[name])
        else:
            yield from validator.descend(item, subschema, path=name)


def _property_names(
    validator: Any, subschema: Any, value: Any, _: Any
) -> Iterator[ValidationError]:
    if isinstance(value, dict):
        for name in value:
            yield from validator.descend(name, subschema, path=name)


def _required(_: Any, names: Any, value: Any, __: Any) -> Iterator[ValidationError]:
    if isinstance(value, dict):
        for name in names:
            if name not in value:
                yield ValidationError("is required", path=[name])


def _unique(_: Any, wanted: Any, value: Any, __: Any) -> Iterator[ValidationError]:
    if wanted and _is_array(None, value):
        for message in equality.repeated(value):
            yield ValidationError(message)


def _items(
    validator: Any, subschema: Any, value: Any, schema: Any
) -> Iterator[ValidationError]:
    if not _is_array(None, value):
        return
    first = len(schema.get("prefixItems", ()))
    if _all_plain(subschema, value[first:] if first else value):
        return
    for index in range(first, len(value)):
        yield from validator.descend(value[index], subschema, path=index)


def _items_2019(
    validator: Any, subschema: Any, value: Any, schema: Any
) -> Iterator[ValidationError]:
    if not isinstance(subschema, list):
        yield from _items(validator, subschema, value, schema)
    elif _is_array(None, value):
        for index, (item, each) in enumerate(zip(value, subschema, strict=False)):
            yield from validator.descend(item, each, path=index)


def _all_plain(subschema: Any, values: Any) -> bool:
    """Whether all values have the one type that is asked for, found out fast."""
    if not isinstance(subschema, dict) or subschema.keys() - {"type", "description"}:
        return False
    wanted = subschema.get("type")
    if quantum.is_array(values):
        kinds = {"number": "iuf", "integer": "iu", "boolean": "b"}.get(wanted, "")
        return values.ndim == 1 and values.dtype.kind in kinds
    types = {"number": {int, float}, "integer": {int}, "string": {str}}.get(wanted)
    return types is not None and set(map(type, values)) <= types


def _any_of(
    validator: Any, branches: Any, value: Any, _: Any
) -> Iterator[ValidationError]:
    context: list[ValidationError] = []
    for index, branch in enumerate(branches):
        errors = _first_errors(validator, value, branch, index)
        if not errors:
            return
        context += errors
    yield ValidationError("fits none of the allowed forms", context=context)


def _one_of(
    validator: Any, branches: Any, value: Any, _: Any
) -> Iterator[ValidationError]:
    context: list[ValidationError] = []
    fits = 0
    for index, branch in enumerate(branches):
        errors = _first_errors(validator, value, branch, index)
        fits += not errors
        context += errors
    if fits == 0:
        yield ValidationError("fits none of the allowed forms", context=context)
    elif fits > 1:
        yield ValidationError(f"fits {fits} of the forms that exclude each other")


def _first_errors(
    validator: Any, value: Any, branch: Any, index: int
) -> list[ValidationError]:
    errors = validator.descend(value, branch, schema_path=index)
    return list(itertools.islice(errors, _BRANCH_ERRORS))


def _not(
    validator: Any, subschema: Any, value: Any, _: Any
) -> Iterator[ValidationError]:
    if next(iter(validator.descend(value, subschema)), None) is None:
        yield ValidationError(f"is {wording.show(value)}, which is excluded")


def _counting_ref(original: Keyword) -> Keyword:
    def follow(
        validator: Any, target: Any, value: Any, schema: Any
    ) -> Iterator[ValidationError]:
        work.follow_reference()
        yield from original(validator, target, value, schema)

    return follow


def _keywords(base: Any) -> dict[str, Keyword]:
    return {
        "$ref": _counting_ref(base.VALIDATORS["$ref"]),
        "additionalProperties": _additional_properties,
        "anyOf": _any_of,
        "const": _const,
        "enum": _enum,
        "exclusiveMaximum": _bound("less than", lambda value, bound: value < bound),
        "exclusiveMinimum": _bound("more than", lambda value, bound: value > bound),
        "format": _format,
        "items": _items,
        "maximum": _bound("at most", lambda value, bound: value <= bound),
        "minimum": _bound("at least", lambda value, bound: value >= bound),
        "maxItems": _length("array", "item", operator.le, "at most"),
        "minItems": _length("array", "item", operator.ge, "at least"),
        "maxLength": _length("string", "character", operator.le, "at most"),
        "minLength": _length("string", "character", operator.ge, "at least"),
        "maxProperties": _length("object", "name", operator.le, "at most"),
        "minProperties": _length("object", "name", operator.ge, "at least"),
        "multipleOf": _multiple,
        "not": _not,
        "oneOf": _one_of,
        "pattern": _pattern,
        "patternProperties": _pattern_properties,
        "propertyNames": _property_names,
        "required": _required,
        "type": _type,
        "uniqueItems": _unique,
    }


def _extended(base: Any, **more: Keyword) -> Any:
    checker = TypeChecker().redefine_many(_TYPES)
    return validators.extend(base, {**_keywords(base), **more}, type_checker=checker)


CLASSES = {
    "2020-12": _extended(validators.Draft202012Validator),
    "2019-09": _extended(validators.Draft201909Validator, items=_items_2019),
}
"""The checker for each draft of JSON Schema that programs may use."""
