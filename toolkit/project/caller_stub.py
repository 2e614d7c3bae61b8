"""A typed Python function for callers of a published program."""

from __future__ import annotations

import json
import keyword
import re
import textwrap
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["annotation_of", "stub_source"]

_WORDS = {
    "array": "list",
    "boolean": "bool",
    "integer": "int",
    "null": "None",
    "number": "float",
    "object": "dict[str, Any]",
    "string": "str",
}
_FORMATS = {
    "complex": "complex",
    "ndarray": "np.ndarray",
    "quantum-circuit": "QuantumCircuit",
    "sparse-pauli-op": "SparsePauliOp",
}
_IMPORTS = {
    "Literal": "from typing import Literal",
    "QuantumCircuit": "from qiskit import QuantumCircuit",
    "SparsePauliOp": "from qiskit.quantum_info import SparsePauliOp",
    "np.": "import numpy as np",
}
_CLASSES = ("QiskitRuntimeService", "RuntimeJob", "RuntimeOptions")
_OWN = frozenset({"service", "options", "more"})
_WIDTH = 84


def annotation_of(schema: Any) -> str:
    """Say as an annotation what fits a schema; ``Any`` where no words can.

    Example:
        >>> annotation_of({"type": "array", "items": {"type": "integer"}})
        'list[int]'
    """
    return _union(_kinds(schema))


def _kinds(schema: Any) -> list[str]:
    """Name each of the types that may stand at this place."""
    if not isinstance(schema, dict):
        return ["Any"]
    choices = schema.get("enum")
    if isinstance(choices, list) and choices and all(map(_is_plain, choices)):
        return [f"Literal[{', '.join(map(repr, choices))}]"]
    branches = schema.get("anyOf", schema.get("oneOf"))
    if isinstance(branches, list):
        return [kind for branch in branches for kind in _kinds(branch)]
    kinds = schema.get("type")
    if isinstance(kinds, list):
        return [_one_type(schema, str(kind)) for kind in kinds]
    return [_FORMATS.get(str(schema.get("format"))) or _one_type(schema, str(kinds))]


def _one_type(schema: Mapping[str, Any], kind: str) -> str:
    items, values = schema.get("items"), schema.get("additionalProperties")
    if kind == "array" and isinstance(items, dict):
        return f"list[{annotation_of(items)}]"
    if kind == "object" and isinstance(values, dict) and not schema.get("properties"):
        return f"dict[str, {annotation_of(values)}]"
    return _WORDS.get(kind, "Any")


def stub_source(
    program_id: str, version: str, description: str, parameters: Mapping[str, Any]
) -> str:
    """Write a module with one function that runs one release.

    Args:
        program_id: The program.
        version: Of the release that the function calls.
        description: Its first words.
        parameters: ``spec.parameters`` of the release.

    Returns:
        Python source; it needs ``program_runtime`` alone to be imported.
    """
    properties = parameters.get("properties")
    properties = properties if isinstance(properties, dict) else {}
    required = [n for n in parameters.get("required") or () if n in properties]
    ordered = [*required, *(n for n in properties if n not in required)]
    named = {n: properties[n] for n in ordered if _is_name(n)}
    body = "\n".join(
        (
            *_signature(_function_name(program_id), named, required),
            *_docstring(description, named, required),
            *_call(f"{program_id}@{version}", named),
        )
    )
    return f"{_head(program_id, version, body)}\n\n\n{body}\n"


def _head(program_id: str, version: str, body: str) -> str:
    imports = [line for word, line in _IMPORTS.items() if word in body]
    # A service may say anything; here it must not end the docstring.
    title = _safe(f"Calls {program_id} {version}; written by `qrt stub {program_id}`.")
    lines = [
        f'"""{title}"""',
        "",
        "from __future__ import annotations",
        "",
        "from typing import TYPE_CHECKING, Any",
        "",
        "if TYPE_CHECKING:",
        *(f"    {line}" for line in imports),
        f"    from program_runtime import {', '.join(_CLASSES)}",
    ]
    return "\n".join(lines)


def _signature(
    name: str, named: Mapping[str, Any], required: list[str]
) -> Iterator[str]:
    yield f"def {name}("
    yield "    service: QiskitRuntimeService,"
    yield "    /,"
    yield "    *,"
    for each, schema in named.items():
        if each in required:
            yield f"    {each}: {annotation_of(schema)},"
        else:
            yield f"    {each}: {_union([*_kinds(schema), 'None'])} = None,"
    yield "    options: RuntimeOptions | None = None,"
    yield "    **more: Any,"
    yield ") -> RuntimeJob:"


def _docstring(
    description: str, named: Mapping[str, Any], required: list[str]
) -> Iterator[str]:
    first, *rest = _wrapped(description or "Run the program.", "    ")
    yield f'    """{first.strip()}'
    yield from rest
    yield ""
    yield "    Args:"
    yield "        service: Where the program is published."
    for each, schema in named.items():
        words = schema.get("description", "") if isinstance(schema, dict) else ""
        if each not in required:
            words = f"{words} {_default(schema)}".strip()
        if words:
            yield from _wrapped(f"{each}: {words}", "        ", "            ")
    yield "        options: Of this run."
    yield "        more: Inputs that have no parameter here."
    yield "    " + '"""'


def _default(schema: Any) -> str:
    if isinstance(schema, dict) and "default" in schema:
        return f"Without it, {json.dumps(schema['default'])}."
    return "May be left out."


def _call(reference: str, named: Mapping[str, Any]) -> Iterator[str]:
    yield "    given = {"
    for each in named:
        yield f'        "{each}": {each},'
    yield "        **more,"
    yield "    }"
    yield "    # What is left out is up to the program."
    yield "    inputs = {k: v for k, v in given.items() if v is not None}"
    yield f"    return service.run({json.dumps(reference)}, inputs, options)"


def _wrapped(text: str, indent: str, further: str | None = None) -> list[str]:
    return textwrap.wrap(
        _safe(text),
        _WIDTH,
        initial_indent=indent,
        subsequent_indent=further or indent,
        break_long_words=False,
    ) or [indent]


def _safe(text: str) -> str:
    """Return one line that stays inside of a docstring."""
    printable = "".join(c if c.isprintable() else " " for c in text)
    line = " ".join(printable.split()).replace("\\", "\\\\")
    return line.replace('"""', "'''")


def _union(kinds: Iterable[str]) -> str:
    distinct = list(dict.fromkeys(kinds))
    return "Any" if "Any" in distinct else " | ".join(distinct)


def _is_plain(value: Any) -> bool:
    return isinstance(value, str | int | bool) or value is None


def _is_name(name: str) -> bool:
    # Others may be one to Python, which takes some letters for the same.
    plain = name.isascii() and name.isidentifier()
    return plain and not keyword.iskeyword(name) and name not in _OWN


def _function_name(program_id: str) -> str:
    name = re.sub(r"\W", "_", program_id.rpartition("/")[2], flags=re.ASCII)
    if not name or name[0].isdigit() or keyword.iskeyword(name):
        return f"run_{name}"
    return name
