"""Rules for single keywords of a schema, beyond those of JSON Schema itself."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from program_runtime.errors import Problem
from program_runtime.metadata import (
    pattern_syntax,
    patterns,
    quantum,
    schema_tree,
    wording,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["check"]

_TYPES = ("array", "boolean", "integer", "null", "number", "object", "string")
_REFUSED = ("$dynamicRef", "$recursiveRef")
_DTYPES = frozenset(
    ["bool", "float16", "float32", "float64", "complex64", "complex128"]
    + [f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)]
)
_NEAR = 0.8


def check(
    schema: Any, parts: schema_tree.Parts, tree: schema_tree.Tree, path: str
) -> Iterator[Problem]:
    """Yield the problems of one schema's own keywords.

    Args:
        schema: The schema.
        parts: Its place in the whole.
        tree: All schemas of the whole.
        path: The path of the whole.
    """
    if not isinstance(schema, dict):
        return
    here = schema_tree.path_of(path, parts)
    for keyword, message, hint in _wrong(schema, parts, tree):
        place = wording.join(here, [keyword])
        yield Problem(path=place, message=message, hint=hint)


_Finding = tuple[str, str, str | None]


def _wrong(
    schema: dict[str, Any], parts: schema_tree.Parts, tree: schema_tree.Tree
) -> Iterator[_Finding]:
    yield from _types(schema)
    yield from _references(schema, tree)
    yield from _patterns(schema)
    yield from _format(schema)
    if "unevaluatedProperties" in schema and _holds("patternProperties", tree):
        message = "can not stand in one schema with patternProperties"
        yield "unevaluatedProperties", message, "use additionalProperties"
    if parts:
        for keyword in ("$schema", "$id"):
            if keyword in schema:
                yield keyword, "may stand at the top of a schema only", None


def _holds(keyword: str, tree: schema_tree.Tree) -> bool:
    return any(isinstance(each, dict) and keyword in each for each in tree.values())


def _types(schema: dict[str, Any]) -> Iterator[_Finding]:
    given = schema.get("type", [])
    for name in given if isinstance(given, list) else [given]:
        if name not in _TYPES:
            hint = wording.did_you_mean(name, _TYPES)
            allowed = ", ".join(_TYPES)
            message = f"is {wording.show(name)}, must be one of {allowed}"
            yield "type", message, hint


def _references(schema: dict[str, Any], tree: schema_tree.Tree) -> Iterator[_Finding]:
    for keyword in _REFUSED:
        if keyword in schema:
            yield keyword, "is not supported", "use $ref"
    reference = schema.get("$ref")
    if not isinstance(reference, str):
        return
    target = schema_tree.target(reference)
    shown = wording.show(reference)
    if target is None:
        message = f"points at {shown}; nothing outside the schema is fetched"
        yield "$ref", message, "put it under $defs and write #/$defs/NAME"
    elif target not in tree:
        yield "$ref", f"points at {shown}, where there is no schema", None


def _patterns(schema: dict[str, Any]) -> Iterator[_Finding]:
    sources = [("pattern", schema.get("pattern"))]
    by_pattern = schema.get("patternProperties")
    if isinstance(by_pattern, dict):
        sources += [("patternProperties", source) for source in by_pattern]
    for keyword, source in sources:
        if isinstance(source, str):
            try:
                patterns.check(source)
            except pattern_syntax.PatternError as error:
                yield keyword, f"the pattern {wording.show(source)} {error}", None


def _format(schema: dict[str, Any]) -> Iterator[_Finding]:
    name = schema.get("format")
    if not isinstance(name, str):
        return
    if not quantum.rules(schema):
        if difflib.get_close_matches(name[:100], quantum.FORMATS, n=1, cutoff=_NEAR):
            hint = wording.did_you_mean(name, quantum.FORMATS)
            yield "format", f"{wording.show(name)} is no known format", hint
        return
    qubits = schema.get("maxQubits", 1)
    if not isinstance(qubits, int) or isinstance(qubits, bool) or qubits < 1:
        message = f"is {wording.show(qubits)}, must be a positive integer"
        yield "maxQubits", message, None
    parametrized = schema.get("parametrized", True)
    if not isinstance(parametrized, bool):
        shown = wording.show(parametrized)
        yield "parametrized", f"is {shown}, must be true or false", None
    yield from _array(schema)


def _array(schema: dict[str, Any]) -> Iterator[_Finding]:
    dtype = schema.get("dtype", "number")
    names = {*_DTYPES, *quantum.DTYPE_KINDS}
    if not isinstance(dtype, str) or dtype not in names:
        message = f"is {wording.show(dtype)}, must be a NumPy dtype such as float64"
        yield "dtype", message, wording.did_you_mean(dtype, names)
    shape = schema.get("shape", [])
    if not isinstance(shape, list) or not all(map(_is_size, shape)):
        message = f"is {wording.show(shape)}, must be a list of sizes"
        yield "shape", message, "null stands for any size"


def _is_size(size: Any) -> bool:
    if size is None:
        return True
    return isinstance(size, int) and not isinstance(size, bool) and size >= 0
