"""A program's metadata as a person reads them: what goes in, what comes out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from toolkit.cli._output import Output

_TABLES = (
    ("parameters", "INPUT"),
    ("interim_results", "INTERIM RESULT"),
    ("return_values", "RESULT"),
)
_BOUNDS = (
    ("minimum", ">= {}"),
    ("exclusiveMinimum", "> {}"),
    ("maximum", "<= {}"),
    ("exclusiveMaximum", "< {}"),
)
_FORM = (
    ("maxQubits", "<= {} qubits"),
    ("dtype", "of {}"),
    ("shape", "shape {}"),
)


def of_release(program: Mapping[str, Any], release: Mapping[str, Any]) -> Any:
    """Give the program as it is at one release, in the service's form."""
    from program_runtime import metadata  # noqa: PLC0415 - for one release only

    parsed = metadata.parse_metadata(release["metadata"], strict_version=False)
    return {
        **program,
        "version": release["version"],
        "digest": release["digest"],
        "update_date": release["created"],
        "description": parsed.description,
        "cost": parsed.max_execution_time,
        "spec": parsed.spec,
    }


def text(program: Mapping[str, Any], out: Output) -> str:
    """Lay out the service's description of a program."""
    parts = ["\n".join(_head(program))]
    spec = program.get("spec") or {}
    parts += [
        table
        for name, heading in _TABLES
        if (table := _table(spec.get(name), heading, out))
    ]
    return "\n\n".join(parts)


def inputs_table(spec: Mapping[str, Any], out: Output) -> str:
    """Lay out what a program takes: one row an input."""
    return _table(spec.get("parameters"), "INPUT", out)


def _head(program: Mapping[str, Any]) -> Iterator[str]:
    labels = " ".join(f"{k}={v}" for k, v in (program.get("labels") or {}).items())
    needs = (program.get("spec") or {}).get("backend_requirements") or {}
    limit = program.get("cost")
    facts = {
        "program": f"{program['id']} {program.get('version') or ''}".rstrip(),
        "description": program.get("description"),
        "owner": f"{program['owner']} ({program['visibility']})",
        "labels": labels,
        "first published": program.get("creation_date"),
        "this release": program.get("update_date"),
        "digest": program.get("digest"),
        "longest run": f"{limit} s" if limit else None,
        "needs": ", ".join(f"{k} {v}" for k, v in needs.items()),
    }
    for name, value in facts.items():
        if value:
            yield f"{name + ':':17}{value}"


def _table(schema: Any, heading: str, out: Output) -> str:
    """One row a property; a schema without properties is one row."""
    if not isinstance(schema, dict):  # true and false are schemas as well
        return ""
    properties = schema.get("properties")
    if not isinstance(properties, dict):
        properties = {"-": schema} if schema else {}
    required = schema.get("required")
    names = required if isinstance(required, list) else []
    rows = [
        (
            str(name),
            kind(part),
            "yes" if name in names else "no",
            json.dumps(part["default"]) if "default" in part else "-",
            str(part.get("description", "")),
        )
        for name, held in properties.items()
        for part in (held if isinstance(held, dict) else {},)
    ]
    headings = (heading, "TYPE", "REQUIRED", "DEFAULT", "DESCRIPTION")
    if not rows:
        return ""
    if heading == "INPUT":
        return out.table(headings, rows)
    return out.table((*headings[:2], headings[4]), [(*r[:2], r[4]) for r in rows])


def kind(schema: Mapping[str, Any]) -> str:
    """Say in a few words what a value must be: ``integer >= 1``."""
    if isinstance(schema.get("enum"), list):
        return " or ".join(json.dumps(choice) for choice in schema["enum"])
    for key in ("anyOf", "oneOf"):
        if isinstance(schema.get(key), list):
            return " or ".join(kind(s) for s in schema[key] if isinstance(s, dict))
    types = schema.get("format") or schema.get("type") or "any"
    words = [" or ".join(map(str, types)) if isinstance(types, list) else str(types)]
    items = schema.get("items")
    if isinstance(items, dict) and (items.get("type") or items.get("format")):
        words.append(f"of {kind(items)}")
    words.append(" and ".join(_said(schema, _BOUNDS)))
    words += _said(schema, _FORM)
    return " ".join(filter(None, words))


def _said(
    schema: Mapping[str, Any], wordings: Sequence[tuple[str, str]]
) -> Iterator[str]:
    return (form.format(schema[key]) for key, form in wordings if key in schema)
