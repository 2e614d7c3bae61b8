"""Mends of the inputs' schema that follow from the signature of main alone."""

from __future__ import annotations

import ast
import copy
import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from toolkit.errors import ProjectError
from toolkit.project.project import SOURCE
from toolkit.project.signature_schema import parameters_schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from toolkit.checks.finding import Finding
    from toolkit.project.interface import Interface, Parameter

__all__ = ["mended_document"]

_INDENT = re.compile(r"\n([ \t]+)\S")


def mended_document(
    source: bytes, interface: Interface, findings: Iterable[Finding]
) -> tuple[bytes, list[tuple[str, str]]]:
    """Bring program.json nearer to main.

    An input that the schema lacks is added, unless the schema has one of nearly this
    name, which may be meant; an input that main lacks stays, for main may be wrong.

    Args:
        source: program.json.
        interface: Of main.
        findings: Those that are not ignored.

    Returns:
        The new file, and the code and words of each change; the same bytes if there
        are none.
    """
    document = _loaded(source)
    spec = document.setdefault("spec", {}) if document is not None else None
    if document is None or "parameters" in document or not isinstance(spec, dict):
        return source, []  # The oldest form has its parameters outside of spec.
    schema = spec.setdefault("parameters", {"type": "object", "properties": {}})
    if not isinstance(schema, dict):
        return source, []
    found = list(findings)
    changes = []
    for parameter in interface.inputs:
        for code in sorted(_codes_of(parameter, found)):
            before = copy.deepcopy(schema)
            _mend(schema, parameter, code, interface)
            if schema != before:
                changes.append((code, f"{parameter.name}: {_WORDS[code]}"))
    if not changes:
        return source, []
    return _written(document, source), changes


_WORDS = {
    "QRT111": "added to the schema",
    "QRT112": "added to the schema",
    "QRT113": "required",
    "QRT114": "no longer required",
    "QRT115": "given the default of main",
    "QRT117": "given the type that main says",
}


def _codes_of(parameter: Parameter, findings: list[Finding]) -> Iterator[str]:
    for finding in findings:
        near = (finding.hint or "").startswith("Did you mean")
        inside = finding.json_path or ""
        at_line = finding.file == SOURCE and finding.line == parameter.line
        if finding.code in ("QRT111", "QRT112"):
            named = at_line and repr(parameter.name) in finding.message and not near
        elif finding.code in ("QRT113", "QRT114"):
            named = repr(parameter.name) in finding.message
        elif finding.code in ("QRT115", "QRT117"):
            name = inside.removeprefix("$.spec.parameters.properties.")
            named = name in (parameter.name, f"{parameter.name}.default")
        else:
            named = False
        if named:
            yield finding.code


def _mend(
    schema: dict[str, Any], parameter: Parameter, code: str, interface: Interface
) -> None:
    required = list(schema.get("required", []))
    if code in ("QRT111", "QRT112", "QRT117"):
        made = _made(schema, parameter, interface)
        if made is not None:
            schema.setdefault("properties", {})[parameter.name] = made
    properties = schema.get("properties", {})
    if code == "QRT115":
        _set_default(properties[parameter.name], parameter.default or "")
    needs = code in ("QRT111", "QRT113") and not parameter.has_default
    if needs and parameter.name in properties and parameter.name not in required:
        schema["required"] = [*required, parameter.name]
    if code == "QRT114" and parameter.has_default and parameter.name in required:
        required.remove(parameter.name)
        schema["required"] = required
        if not required:
            del schema["required"]


def _made(
    schema: dict[str, Any], parameter: Parameter, interface: Interface
) -> dict[str, Any] | None:
    alone = replace(interface, parameters=(parameter,))
    try:
        made = parameters_schema(alone, schema)["properties"][parameter.name]
    except ProjectError:
        return None  # No annotation, or one that has no schema: nothing is certain.
    return made if isinstance(made, dict) else None


def _set_default(described: dict[str, Any], source: str) -> None:
    try:
        described["default"] = json.loads(json.dumps(ast.literal_eval(source)))
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return


def _loaded(source: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(source)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _written(document: dict[str, Any], source: bytes) -> bytes:
    text = source.decode("utf-8-sig")
    indent = _INDENT.search(text)
    new = json.dumps(document, indent=indent[1] if indent else 2, ensure_ascii=False)
    end = "\r\n" if "\r\n" in text else "\n"
    return (new.replace("\n", end) + end).encode()
