"""Which names objects may hold beside those that a schema lists."""

from __future__ import annotations

from typing import Any, Final

from program_runtime.metadata import schema_tree, values, wording

__all__ = ["closed", "defaults", "listed", "opened"]

_KEPT: Final = frozenset(["not", "if", "contains"])
_DEEP: Final = 20


def closed(parameters: Any) -> Any:
    """Return a schema of inputs with what is judged beside it said in it."""
    if not isinstance(parameters, dict) or not values.lists_all_names(parameters):
        return parameters
    return {**parameters, "additionalProperties": False}


def opened(schema: Any) -> Any:
    """Return a schema whose objects may hold names that it does not list."""
    if not isinstance(schema, dict):
        return schema
    return {
        keyword: _opened_part(keyword, value)
        for keyword, value in schema.items()
        if not (
            keyword in {"additionalProperties", "unevaluatedProperties"}
            and value is False
        )
    }


def _opened_part(keyword: str, value: Any) -> Any:
    """Open the schemas under a keyword, but none whose values are to be excluded."""
    inner = dict(schema_tree.children({keyword: value}))
    if not inner or keyword in _KEPT:
        return value
    if isinstance(value, list):
        return [opened(each) for each in value]
    if (keyword,) in inner:
        return opened(value)
    return {name: opened(each) for name, each in value.items()}


def listed(schema: Any, path: str) -> set[str]:
    """Return the paths of all properties that a schema names, at any depth."""
    found: set[str] = set()
    todo = [(schema, path, 0)]
    while todo:
        current, place, depth = todo.pop()
        if not isinstance(current, dict) or depth == _DEEP:
            continue
        for parts, child in schema_tree.children(current):
            inner = place
            if parts[0] == "properties":
                inner = wording.join(place, [parts[1]])
                found.add(inner)
            elif parts[0] == "items":
                inner = f"{place}[]"
            elif parts[0] not in {"allOf", "anyOf", "oneOf"}:
                continue
            todo.append((child, inner, depth + 1))
    return found


def defaults(parameters: Any) -> dict[str, Any]:
    """Return the defaults of inputs, by name."""
    known = parameters.get("properties") if isinstance(parameters, dict) else None
    if not isinstance(known, dict):
        return {}
    return {
        name: schema["default"]
        for name, schema in known.items()
        if isinstance(schema, dict) and "default" in schema
    }
