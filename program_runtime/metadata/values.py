"""Judgement of Python values against a program's schemas."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from program_runtime.errors import Problem
from program_runtime.metadata import compiled, wording, work
from program_runtime.metadata.problems import MAX_PROBLEMS, bounded

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["lists_all_names", "validate_inputs", "validate_value"]

_LEADING = ("backend", "user_messenger")
_SHOWN_BRANCHES = 4
_MESSAGE_CHARACTERS = 500
_NAMES = 100
# Any of these may bring further names, so that the list of properties is open.
_OPENING = frozenset(
    [
        "$ref",
        "additionalProperties",
        "allOf",
        "anyOf",
        "dependentSchemas",
        "if",
        "oneOf",
        "patternProperties",
        "unevaluatedProperties",
    ]
)


def validate_inputs(
    parameters_schema: Mapping[str, Any], inputs: Mapping[str, Any]
) -> list[Problem]:
    """Return everything that is wrong with a program's inputs.

    A name that the schema does not list is a problem unless the schema opens the
    list, with ``additionalProperties`` for instance.

    Args:
        parameters_schema: ``spec.parameters`` of the metadata.
        inputs: Python values by the names of main's keyword arguments.
    """
    decoded: object = inputs  # in the program's process, of any type
    if not isinstance(decoded, Mapping):
        message = f"is {wording.show(decoded)}, must be an object"
        return [Problem(path="inputs", message=message)]
    given = dict(inputs)
    problems = [*_impossible_names(given)]
    problems += _judge(parameters_schema, given, "")
    problems += _unknown_names(parameters_schema, given)
    return bounded(problems)


def lists_all_names(parameters_schema: Mapping[str, Any]) -> bool:
    """Whether a schema of inputs refuses the names that its ``properties`` do not list.

    Args:
        parameters_schema: ``spec.parameters`` of the metadata.
    """
    listed = isinstance(parameters_schema.get("properties"), dict)
    return listed and _OPENING.isdisjoint(parameters_schema)


def validate_value(
    schema: Mapping[str, Any] | bool,  # noqa: FBT001 - true is a JSON Schema
    value: Any,
    *,
    path: str = "value",
) -> list[Problem]:
    """Return everything that is wrong with a result or an interim result."""
    return bounded(_judge(schema, value, path))


def _judge(schema: Any, value: Any, base: str) -> list[Problem]:
    if schema is True or schema == {}:
        return []
    try:
        with work.check(value):
            errors = compiled.checker(schema).iter_errors(value)
            first = list(itertools.islice(errors, MAX_PROBLEMS + 1))
        return [_problem(error, base) for error in first]
    except work.TooMuchWorkError:
        message = "takes too long to be checked against the schema"
    except RecursionError:
        message = "is nested too deeply to be checked against the schema"
    except Exception as error:  # noqa: BLE001 - strangers' schemas and objects meet
        text = str(error)[:_MESSAGE_CHARACTERS]
        message = f"can not be checked: {type(error).__name__}: {text}"
    return [Problem(path=base or "inputs", message=message)]


def _problem(error: Any, base: str) -> Problem:
    parts = list(error.absolute_path)
    message, hint = str(error.message), None
    if error.validator == "enum":
        hint = wording.did_you_mean(error.instance, error.validator_value)
    elif error.validator in {"additionalProperties", "unevaluatedProperties"} and parts:
        known = error.schema.get("properties", {}) if error.schema else {}
        if not base and len(parts) == 1:
            return _unknown(str(parts[0]), known)
        hint = wording.did_you_mean(parts[-1], known)
    elif error.validator in {"anyOf", "oneOf"} and error.context:
        message = f"{message}: {_branches(error)}"
    elif error.validator is None:
        message = "is not allowed"
    elif error.validator == "contains":
        message = "does not hold the items it must"
    path = wording.join(base, parts) or "inputs"
    return Problem(path=path, message=message[:_MESSAGE_CHARACTERS], hint=hint)


def _branches(error: Any) -> str:
    """Say of each form why the value does not fit it."""
    reasons: dict[Any, str] = {}
    for inner in error.context:
        where = wording.join("", inner.relative_path)
        text = f"{where} {_problem(inner, 'value').message}".strip()
        reasons.setdefault(inner.relative_schema_path[0], text)
    texts = list(dict.fromkeys(reasons.values()))
    more = "; ..." if len(texts) > _SHOWN_BRANCHES else ""
    return "; ".join(texts[:_SHOWN_BRANCHES]) + more


def _impossible_names(inputs: Mapping[Any, Any]) -> Iterator[Problem]:
    """Yield the names with which main could not be called, whatever the schema."""
    for name in inputs:
        if not isinstance(name, str):
            message = f"is {wording.kind(name)}, a name must be a string"
            yield Problem(path=wording.show(name), message=message)
        elif name in _LEADING:
            message = "is given to main by the service, not by the caller"
            yield Problem(path=name, message=message)


def _unknown_names(
    schema: Mapping[str, Any], inputs: Mapping[str, Any]
) -> Iterator[Problem]:
    if not lists_all_names(schema):
        return
    known = schema["properties"]
    for name in inputs:
        if isinstance(name, str) and name not in known and name not in _LEADING:
            yield _unknown(name, known)


def _unknown(name: Any, known: Mapping[str, Any]) -> Problem:
    hint = wording.did_you_mean(name, known)
    if hint is None:
        names = ", ".join(map(wording.name, itertools.islice(known, _NAMES)))
        hint = f"its parameters are {names}" if names else "it has no parameters"
    return Problem(
        path=wording.name(str(name)),
        message="is not a parameter of this program",
        hint=hint[:_MESSAGE_CHARACTERS],
    )
