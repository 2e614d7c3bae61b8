"""The keywords of JSON Schema that apply schemas to parts of a value.

Beside what ``keywords`` says, lists of plain numbers or texts are judged at once
instead of one by one.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, Final

from jsonschema.exceptions import ValidationError

from program_runtime.metadata import kinds, patterns, quantum, wording, work

if TYPE_CHECKING:
    from collections.abc import Iterator

    from program_runtime.metadata.keywords import Keyword

__all__ = ["APPLICATORS", "COUNTED", "counting", "items_2019"]

_BRANCH_ERRORS: Final = 5
_EXACT: Final[dict[str, set[type]]] = {
    "integer": {int},
    "number": {int, float},
    "string": {str},
}


def _part(
    validator: Any, value: Any, subschema: Any, path: str | int
) -> Iterator[ValidationError]:
    """Judge a part of a value; jsonschema forgets where ``false`` stood."""
    if subschema is False:
        yield ValidationError("is not allowed", path=[path])
    else:
        yield from validator.descend(value, subschema, path=path)


def _properties(
    validator: Any, subschemas: Any, value: Any, _: Any
) -> Iterator[ValidationError]:
    if isinstance(value, dict):
        for name, subschema in subschemas.items():
            if name in value:
                yield from _part(validator, value[name], subschema, name)


def _prefix_items(
    validator: Any, subschemas: Any, value: Any, _: Any
) -> Iterator[ValidationError]:
    if kinds.is_array(value):
        for index, (item, each) in enumerate(zip(value, subschemas, strict=False)):
            yield from _part(validator, item, each, index)


def _pattern_properties(
    validator: Any, by_pattern: Any, value: Any, _: Any
) -> Iterator[ValidationError]:
    if not isinstance(value, dict):
        return
    for source, subschema in by_pattern.items():
        for name, item in value.items():
            if isinstance(name, str) and patterns.matches(source, name):
                yield from _part(validator, item, subschema, name)


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
            yield from _part(validator, item, subschema, name)


def _property_names(
    validator: Any, subschema: Any, value: Any, _: Any
) -> Iterator[ValidationError]:
    if isinstance(value, dict):
        for name in value:
            yield from _part(validator, name, subschema, name)


def _items(
    validator: Any, subschema: Any, value: Any, schema: Any
) -> Iterator[ValidationError]:
    if not kinds.is_array(value):
        return
    first = len(schema.get("prefixItems", ()))
    if _all_plain(subschema, value[first:] if first else value):
        return
    for index in range(first, len(value)):
        yield from _part(validator, value[index], subschema, index)


def items_2019(
    validator: Any, subschema: Any, value: Any, schema: Any
) -> Iterator[ValidationError]:
    """Judge ``items``, which in draft 2019-09 may be a list of schemas."""
    judge = _prefix_items if isinstance(subschema, list) else _items
    yield from judge(validator, subschema, value, schema)


def _all_plain(subschema: Any, values: Any) -> bool:
    """Whether all values have the one type that is asked for, found out fast."""
    if not isinstance(subschema, dict) or subschema.keys() - {"type", "description"}:
        return False
    wanted = str(subschema.get("type"))
    if quantum.is_array(values):
        kinds = {"number": "iuf", "integer": "iu", "boolean": "b"}.get(wanted, "")
        return values.ndim == 1 and values.dtype.kind in kinds
    found = set(map(type, values))
    return wanted in _EXACT and found <= _EXACT[wanted]


def _any_of(
    validator: Any, branches: Any, value: Any, _: Any
) -> Iterator[ValidationError]:
    context: list[ValidationError] = []
    for index, branch in enumerate(branches):
        work.count()
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
        work.count()
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
    if branch is False:
        return [ValidationError("is not allowed", schema_path=[index])]
    errors = validator.descend(value, branch, schema_path=index)
    return list(itertools.islice(errors, _BRANCH_ERRORS))


def _not(
    validator: Any, subschema: Any, value: Any, _: Any
) -> Iterator[ValidationError]:
    work.count()
    if next(iter(validator.descend(value, subschema)), None) is None:
        yield ValidationError(f"is {wording.show(value)}, which is excluded")


def counting(original: Keyword) -> Keyword:
    """Make a keyword count what it applies to the same value again."""

    def judge(
        validator: Any, inner: Any, value: Any, schema: Any
    ) -> Iterator[ValidationError]:
        work.count(len(inner) if isinstance(inner, list) else 1)
        yield from original(validator, inner, value, schema)

    return judge


COUNTED: Final = ("$ref", "allOf", "dependentSchemas", "if")
"""Keywords of jsonschema's own that apply schemas to the value they stand for."""

APPLICATORS: dict[str, Keyword] = {
    "additionalProperties": _additional_properties,
    "anyOf": _any_of,
    "items": _items,
    "not": _not,
    "oneOf": _one_of,
    "patternProperties": _pattern_properties,
    "prefixItems": _prefix_items,
    "properties": _properties,
    "propertyNames": _property_names,
}
