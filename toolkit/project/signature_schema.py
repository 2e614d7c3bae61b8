"""The schema of a program's inputs, made from the signature and docstring of main."""

from __future__ import annotations

import ast
import json
from typing import TYPE_CHECKING, Any

from program_runtime import metadata
from program_runtime.errors import Problem
from toolkit.errors import AnnotationError, ProjectError
from toolkit.project.annotations import schema_of
from toolkit.project.interface import ParameterKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from toolkit.project.interface import Interface, Parameter

__all__ = ["input_schema", "merged_schema", "parameters_schema"]

_DRAFT = "https://json-schema.org/draft/2019-09/schema"
_NEVER_KEPT = frozenset({"anyOf", "default"})
_TYPE = ("type", "format")
_INNER = ("items", "additionalProperties")
_NOT_INPUTS = {
    ParameterKind.POSITIONAL_ONLY: "is positional-only, but inputs come by name",
    ParameterKind.VAR_POSITIONAL: "collects positional values, but inputs come by name",
}


def parameters_schema(
    interface: Interface, known: Mapping[str, Any], *, filename: str = "program.py"
) -> dict[str, Any]:
    """Make ``spec.parameters`` of what main takes.

    Args:
        interface: The signature and the docstring.
        known: The schema that there is. What neither signature nor docstring can say
            is kept: bounds, titles, descriptions of what the docstring leaves out.
        filename: Named in problems.

    Returns:
        The schema; its properties are in the order of the signature.

    Raises:
        ProjectError: Lists each parameter that can not become a property.
    """
    problems: list[Problem] = []
    described = _descriptions(interface.docstring)
    old = known.get("properties")
    old = old if isinstance(old, dict) else {}
    properties = {}
    for parameter in interface.parameters:
        if parameter.kind is ParameterKind.VAR_KEYWORD:
            continue
        try:
            made = input_schema(parameter, interface.names)
        except ProjectError as error:
            where = f"{filename}:{parameter.line}"
            problem = f"{parameter.name}: {error.message}"
            problems.append(Problem(path=where, message=problem, hint=error.hint))
            continue
        made |= described.get(parameter.name, {})
        properties[parameter.name] = merged_schema(made, old.get(parameter.name))
    if problems:
        raise ProjectError(
            "The signature of main can not become a schema:", problems=problems
        )
    required = [p.name for p in interface.inputs if not p.has_default]
    schema = {"$schema": _DRAFT, **known, "type": "object", "properties": properties}
    if interface.accepts_any:
        schema.setdefault("additionalProperties", True)
        kept = {name: value for name, value in old.items() if name not in properties}
        schema["properties"] = properties | kept
    schema.pop("required", None)
    return schema | ({"required": required} if required else {})


def input_schema(parameter: Parameter, names: Mapping[str, str]) -> dict[str, Any]:
    """Make the schema of one parameter, its default included.

    Args:
        parameter: Of main.
        names: As of `Interface`.

    Raises:
        ProjectError: It can not be an input, it has no annotation or one without
            a schema, or a default that is no JSON or does not fit.
    """
    if parameter.kind in _NOT_INPUTS:
        raise ProjectError(
            f"It {_NOT_INPUTS[parameter.kind]}.",
            hint="Put it behind `*` as a keyword-only parameter.",
        )
    if parameter.annotation is None:
        raise AnnotationError(
            "It has no annotation.", hint=f"Write `{parameter.name}: int`, for one."
        )
    schema = schema_of(parameter.annotation, names)
    if not parameter.has_default:
        return schema
    default = _default(parameter.default or "", names)
    wrong = metadata.validate_value(schema, default, path="default")
    if wrong:
        raise ProjectError(
            f"Its default {parameter.default} does not fit {parameter.annotation}: "
            f"{wrong[0].message}.",
            hint=f"Write `{parameter.annotation} | None`." if default is None else None,
        )
    return schema | {"default": default}


def _default(text: str, names: Mapping[str, str]) -> Any:
    try:
        value = ast.literal_eval(names.get(text, text))
        return json.loads(json.dumps(value, allow_nan=False))
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError) as error:
        raise ProjectError(
            f"Its default {text} is no literal that JSON has.",
            hint="Write the value itself, or None and the value in main.",
        ) from error


def merged_schema(made: dict[str, Any], known: Any) -> dict[str, Any]:
    """Keep what was added by hand, and its order, if it speaks of the same type.

    Args:
        made: From the annotation.
        known: Of the same input, as it is in program.json.
    """
    if not isinstance(known, dict):
        return made
    if any(known.get(key, made.get(key)) != made.get(key) for key in _TYPE):
        known = {key: known[key] for key in ("description",) if key in known}
    if "enum" in known and "type" not in known:
        made = {key: value for key, value in made.items() if key != "type"}
    inner = {
        key: merged_schema(made[key], known.get(key))
        for key in _INNER
        if isinstance(made.get(key), dict)
    }
    kept = {key: value for key, value in known.items() if key not in _NEVER_KEPT}
    merged = kept | made | inner
    return {key: merged[key] for key in (*known, *made) if key in merged}


def _descriptions(docstring: str | None) -> dict[str, dict[str, str]]:
    """Read the section ``Args:`` of a Google-style docstring."""
    from docstring_parser import ParseError, google  # noqa: PLC0415 - for this alone

    try:
        found = google.parse(docstring or "").params
    except ParseError:
        return {}
    return {
        each.arg_name: {"description": " ".join(each.description.split())}
        for each in found
        if each.description
    }
