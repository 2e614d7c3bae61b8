"""Metadata as it was written for the retired service, in today's form.

Nothing here judges: what is not understood is passed on as it is, and judged
with the rest.
"""

from __future__ import annotations

import re
from typing import Any, Final

__all__ = ["SPEC_PARTS", "modernise"]

SPEC_PARTS: Final = (
    "backend_requirements",
    "parameters",
    "return_values",
    "interim_results",
)
_KEPT = frozenset(
    [
        "name",
        "version",
        "description",
        "max_execution_time",
        "is_public",
        "retry",
        "budget",
    ]
)
_SHORT_VERSION = re.compile(r"\d{1,9}(\.\d{1,9})?\Z", re.ASCII)
# The oldest form named types in prose.
_TYPES: Final[dict[str, dict[str, Any]]] = {
    "array": {"type": "array"},
    "bool": {"type": "boolean"},
    "boolean": {"type": "boolean"},
    "dict": {"type": "object"},
    "dictionary": {"type": "object"},
    "float": {"type": "number"},
    "int": {"type": "integer"},
    "integer": {"type": "integer"},
    "list": {"type": "array"},
    "number": {"type": "number"},
    "object": {"type": "object"},
    "quantumcircuit": {"format": "quantum-circuit"},
    "sparsepauliop": {"format": "sparse-pauli-op"},
    "str": {"type": "string"},
    "string": {"type": "string"},
}


def modernise(
    document: dict[str, Any], *, lenient: bool
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return a document in today's form, and which paths have moved.

    Args:
        document: The document as it was read; it is not changed.
        lenient: Whether to drop unknown names and to complete the version.
    """
    current = {name: value for name, value in document.items() if name != "$schema"}
    moved: dict[str, str] = {}
    if "cost" in current and "max_execution_time" not in current:
        current["max_execution_time"] = current.pop("cost")
        moved["$.max_execution_time"] = "$.cost"
    _gather_spec(current, moved)
    if isinstance(current.get("spec"), dict):
        current["spec"] = {
            name: _schema_of(value, single=name == "return_values")
            for name, value in current["spec"].items()
        }
    return (_lenient(current) if lenient else current), moved


def _gather_spec(current: dict[str, Any], moved: dict[str, str]) -> None:
    """Move the parts of ``spec`` that lie at the top to where they belong."""
    given = current.get("spec", {})
    if not isinstance(given, dict):
        return
    spec = dict(given)
    for part in SPEC_PARTS:
        if part in current and part not in spec:
            spec[part] = current.pop(part)
            moved[f"$.spec.{part}"] = f"$.{part}"
    if spec or "spec" in current:
        current["spec"] = spec


def _schema_of(value: Any, *, single: bool) -> Any:
    """Return the schema of a list of ``{name, description, type, required}``."""
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        return value
    if not value:
        return {}
    if single and len(value) == 1 and value[0].get("name") in (None, "-", ""):
        return _property(value[0])
    return {
        "type": "object",
        "properties": {
            str(each.get("name", index)): _property(each)
            for index, each in enumerate(value)
        },
        "required": [
            str(each["name"])
            for each in value
            if each.get("required") is True and "name" in each
        ],
        # What a list did not name was allowed.
        "additionalProperties": True,
    }


def _property(entry: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    words = entry.get("type")
    if isinstance(words, str):
        found |= _TYPES.get(words.strip().casefold(), {})
    description = entry.get("description")
    if isinstance(description, str):
        found["description"] = description
    if isinstance(words, str) and words.strip().casefold() not in _TYPES:
        known = f"{description} ({words})" if isinstance(description, str) else words
        found["description"] = known
    if "default" in entry:
        found["default"] = entry["default"]
    return found


def _lenient(current: dict[str, Any]) -> dict[str, Any]:
    kept = {
        name: value
        for name, value in current.items()
        if name in _KEPT or name == "spec" or name.startswith("x-")
    }
    version = kept.get("version", "1.0.0")
    if isinstance(version, str) and _SHORT_VERSION.match(version):
        parts = [str(int(part)) for part in version.split(".")]
        version = ".".join([*parts, "0", "0"][:3])
    kept["version"] = version
    if isinstance(kept.get("spec"), dict):
        kept["spec"] = {
            name: value
            for name, value in kept["spec"].items()
            if name in SPEC_PARTS or name.startswith("x-")
        }
    return kept
