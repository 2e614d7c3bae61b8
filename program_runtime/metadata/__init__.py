"""What a program says of itself, and whether values fit what it says.

Importing this costs little: jsonschema, NumPy and Qiskit are imported when a
schema, or a quantum value in plain JSON, needs them.
"""

from __future__ import annotations

from program_runtime.metadata.coercion import coerce_inputs
from program_runtime.metadata.compiled import prepare
from program_runtime.metadata.document import (
    ProgramMetadata,
    parse_metadata,
    program_schema,
)
from program_runtime.metadata.parameter_namespace import ParameterNamespace
from program_runtime.metadata.runtime_program import RuntimeProgram
from program_runtime.metadata.schema_check import check_schema
from program_runtime.metadata.values import validate_inputs, validate_value

__all__ = [
    "ParameterNamespace",
    "ProgramMetadata",
    "RuntimeProgram",
    "check_schema",
    "coerce_inputs",
    "parse_metadata",
    "prepare",
    "program_schema",
    "validate_inputs",
    "validate_value",
]
