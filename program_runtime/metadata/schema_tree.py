"""Where in a JSON Schema there are schemas.

A reference may point at these only: anything else (an ``enum``'s values, an
unknown keyword) has been checked by nobody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from program_runtime.metadata import wording

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Parts", "Tree", "children", "in_place", "path_of", "positions", "target"]

Parts = tuple[str, ...]
Tree = dict[Parts, Any]

_SINGLE = (
    "additionalItems",
    "additionalProperties",
    "contains",
    "contentSchema",
    "else",
    "if",
    "items",
    "not",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
)
_LISTS = ("allOf", "anyOf", "items", "oneOf", "prefixItems")
_MAPS = ("$defs", "definitions", "dependentSchemas", "patternProperties", "properties")
_IN_PLACE = frozenset(
    ["allOf", "anyOf", "dependentSchemas", "else", "if", "not", "oneOf", "then"]
)


def positions(schema: Any) -> Tree:
    """Return every schema inside a schema, itself included, by its place."""
    found: Tree = {}
    todo: list[tuple[Parts, Any]] = [((), schema)]
    while todo:
        parts, current = todo.pop()
        found[parts] = current
        inner = [((*parts, *more), child) for more, child in children(current)]
        todo += reversed(inner)  # so that places come in the order of the document
    return found


def children(schema: Any) -> Iterator[tuple[Parts, Any]]:
    """Yield the schemas that lie directly in a schema, by their place in it."""
    if not isinstance(schema, dict):
        return
    for keyword, value in schema.items():
        if keyword in _SINGLE and isinstance(value, (dict, bool)):
            yield (keyword,), value
        elif keyword in _LISTS and isinstance(value, list):
            for index, child in enumerate(value):
                yield (keyword, str(index)), child
        elif keyword in _MAPS and isinstance(value, dict):
            for name, child in value.items():
                yield (keyword, name), child


def in_place(schema: Any) -> Iterator[Parts]:
    """Yield the places of those that judge the same value as the schema itself."""
    for parts, _ in children(schema):
        if parts[0] in _IN_PLACE:
            yield parts


def path_of(base: str, parts: Parts) -> str:
    """Return the JSON path of a place."""
    steps: list[str | int] = []
    in_list = False
    for part in parts:
        steps.append(int(part) if in_list and part.isdigit() else part)
        # A name of one of the maps is not itself a keyword.
        in_map = bool(steps[:-1]) and steps[-2] in _MAPS and not in_list
        in_list = part in _LISTS and not in_map
    return wording.join(base, steps)


def target(reference: str) -> Parts | None:
    """Return the place a reference points at, or None if it leads elsewhere."""
    if reference == "#":
        return ()
    if not reference.startswith("#/"):
        return None
    steps = unquote(reference[2:]).split("/")
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in steps)
