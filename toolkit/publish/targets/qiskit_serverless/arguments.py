"""The arguments of a function: their schema, and the text of a call."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from program_runtime import codec
from program_runtime.errors import BadInputsError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["ARGUMENTS_BYTES", "arguments_schema", "encode_arguments"]

ARGUMENTS_BYTES = 2_500_000
"""What a gateway takes in the body of a call; above it answers 500 without a word."""

_SCHEMA_CHARACTERS = 64 * 1024
_SCHEMA_NODES = 200
_PLAIN = frozenset({"string", "integer", "number", "boolean", "null"})
_KEPT = (
    "const",
    "description",
    "enum",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "maxLength",
    "maximum",
    "minLength",
    "minimum",
    "type",
)


def arguments_schema(parameters: Mapping[str, Any]) -> str | None:
    """Say what a gateway can judge of a program's inputs before it starts a job.

    It judges the encoded text and knows no quantum values, so only plain values are
    described; the entry point judges everything.

    Args:
        parameters: The program's JSON Schema.

    Returns:
        JSON text, or None where a gateway would refuse the schema for its size.
    """
    known = parameters.get("properties")
    properties = {
        name: _plain(schema)
        for name, schema in (known if isinstance(known, dict) else {}).items()
    }
    found: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {**properties, "backend": {"type": ["string", "object", "null"]}},
        "required": list(parameters.get("required") or ()),
    }
    if parameters.get("additionalProperties") is False:
        found["additionalProperties"] = False
    text = json.dumps(found)
    # The gateway counts the objects of the text; each property is one.
    fits = len(text) <= _SCHEMA_CHARACTERS and len(properties) + 4 <= _SCHEMA_NODES
    return text if fits else None


def encode_arguments(inputs: Mapping[str, Any], backend: Mapping[str, Any]) -> str:
    """Write inputs, and what they shall run on, as the text of a call.

    Args:
        inputs: The program's inputs.
        backend: ``name``, ``shots`` and ``seed``; None is left out.

    Raises:
        UnserializableError: An input has no JSON form.
        BadInputsError: They are more than a gateway takes.
    """
    options = {name: value for name, value in backend.items() if value is not None}
    values = {**inputs, **({"backend": options} if options else {})}
    text = codec.encode(values, name="inputs")
    # The text travels as a string within JSON, which escapes its quotes.
    size = len(json.dumps(text))
    if size > ARGUMENTS_BYTES:
        raise BadInputsError(
            f"The inputs have {size} bytes, a gateway takes {ARGUMENTS_BYTES} bytes.",
            hint="Send less, or let the program make what it needs.",
        )
    return text


def _plain(schema: Any) -> dict[str, Any]:
    if not isinstance(schema, dict) or "format" in schema:
        return {}
    kinds = schema.get("type")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    if not all(isinstance(kind, str) and kind in _PLAIN for kind in kinds):
        return {}
    return {name: schema[name] for name in _KEPT if name in schema}
