"""Inputs as people write them in JSON, as the Python values that main expects."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from program_runtime.errors import BadInputsError, Problem
from program_runtime.metadata import quantum, values, wording, work

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["coerce_inputs"]

_PAIR = 2
_SHARED = ("$defs", "definitions")


def coerce_inputs(
    parameters_schema: Mapping[str, Any], plain: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the inputs with plain JSON turned into what each ``format`` asks for.

    ``sparse-pauli-op`` is read from ``{"II": -1.05, "XX": 0.18}`` or from a list of
    ``[label, coefficient]``, ``quantum-circuit`` from OpenQASM 2 or 3,
    ``ndarray`` from nested lists, ``complex`` from ``[re, im]``. What is such a value
    already passes unchanged, and so does what has no format.

    Args:
        parameters_schema: ``spec.parameters`` of the metadata.
        plain: The inputs by name.

    Raises:
        BadInputsError: A value can not be read; all of them are listed.
    """
    problems: list[Problem] = []
    reader = _Reader(parameters_schema, problems)
    known = parameters_schema.get("properties")
    known = known if isinstance(known, dict) else {}
    try:
        with work.check(plain):
            found = {
                name: reader.read(known.get(name), value, wording.name(str(name)))
                for name, value in plain.items()
            }
    except RecursionError:
        message = "are nested too deeply to be read"
        problems.append(Problem(path="inputs", message=message))
    if problems:
        raise BadInputsError("The inputs can not be read:", problems=problems)
    return found


class _Reader:
    """Reads one set of inputs, collecting the problems."""

    def __init__(self, root: Mapping[str, Any], problems: list[Problem]) -> None:
        self._root = root
        self._problems = problems

    def read(self, schema: Any, value: Any, path: str) -> Any:
        schema = self._resolved(schema)
        if not isinstance(schema, dict):
            return value
        name = schema.get("format")
        if isinstance(name, str) and name in _READERS:
            return self._convert(schema, value, path)
        branches = schema.get("anyOf", schema.get("oneOf"))
        if isinstance(branches, list):
            return self._read_branches(branches, value, path)
        if isinstance(value, list):
            return self._read_list(schema, value, path)
        if isinstance(value, dict):
            known = schema.get("properties")
            known = known if isinstance(known, dict) else {}
            rest = schema.get("additionalProperties")
            return {
                key: self.read(known.get(key, rest), item, wording.join(path, [key]))
                for key, item in value.items()
            }
        return value

    def _read_branches(self, branches: list[Any], value: Any, path: str) -> Any:
        """Return the value as the first form reads it that it then fits."""
        shared = {name: self._root[name] for name in _SHARED if name in self._root}
        for branch in branches:
            if isinstance(branch, dict):
                found = _Reader(self._root, []).read(branch, value, path)
                if not values.validate_value({**shared, **branch}, found):
                    return found
        return value  # for validation to say why it fits none

    def _read_list(self, schema: dict[str, Any], value: list[Any], path: str) -> Any:
        items, first = schema.get("items"), schema.get("prefixItems", [])
        if not isinstance(items, dict) and not first:
            return value
        schemas = [*first, *[items] * (len(value) - len(first))]
        return [
            self.read(schemas[index], item, wording.join(path, [index]))
            for index, item in enumerate(value)
        ]

    def _resolved(self, schema: Any) -> Any:
        """Follow a reference to a definition, as ``$defs`` are used for formats."""
        for _ in range(10):
            reference = schema.get("$ref") if isinstance(schema, dict) else None
            if not isinstance(reference, str) or not reference.startswith("#/"):
                return schema
            target: Any = self._root
            for part in reference[2:].split("/"):
                target = target.get(part) if isinstance(target, dict) else None
            schema = target
        return None

    def _convert(self, schema: dict[str, Any], value: Any, path: str) -> Any:
        if value is None or next(quantum.judge(schema, value), None) is None:
            return value
        try:
            return _READERS[schema["format"]](schema, value)
        except Exception as error:  # noqa: BLE001 - parsers raise what they like
            reason = str(error).strip().splitlines()[:1] or [type(error).__name__]
            message = f"is no {schema['format']}: {reason[0][:300]}"
            hint = _HINTS[schema["format"]]
            self._problems.append(Problem(path=path, message=message, hint=hint))
            return value


def _operator(_: dict[str, Any], value: Any) -> Any:
    if isinstance(value, dict):
        pairs = list(value.items())
    elif isinstance(value, list) and all(_is_term(each) for each in value):
        pairs = [(label, coefficient) for label, coefficient in value]
    else:
        return value
    terms = [(label, _complex({}, coefficient)) for label, coefficient in pairs]
    from qiskit.quantum_info import SparsePauliOp  # noqa: PLC0415

    return SparsePauliOp.from_list(terms)


def _is_term(each: Any) -> bool:
    return (
        isinstance(each, (list, tuple))
        and len(each) == _PAIR
        and isinstance(each[0], str)
    )


def _circuit(_: dict[str, Any], value: Any) -> Any:
    if not isinstance(value, str):
        return value
    from qiskit import qasm2, qasm3  # noqa: PLC0415

    if "OPENQASM 3" in value:
        return qasm3.loads(value)
    # Without include_path a text could name any file of this machine.
    return qasm2.loads(
        value,
        include_path=(),
        custom_instructions=qasm2.LEGACY_CUSTOM_INSTRUCTIONS,
    )


def _array(schema: dict[str, Any], value: Any) -> Any:
    if not isinstance(value, (list, tuple, int, float, complex)):
        return value
    import numpy as np  # noqa: PLC0415

    dtype = schema.get("dtype")
    wanted = None if dtype in quantum.DTYPE_KINDS or dtype is None else dtype
    array = np.array(value, dtype=wanted)
    if array.dtype.kind not in "biufc":
        raise ValueError(f"it makes an array of dtype {array.dtype}")
    kinds = quantum.DTYPE_KINDS.get(dtype or "", "")
    if dtype == "floating" and array.dtype.kind not in kinds:
        return array.astype(float)
    if dtype == "complexfloating" and array.dtype.kind not in kinds:
        return array.astype(complex)
    return array


def _complex(_: dict[str, Any], value: Any) -> complex:
    if isinstance(value, (list, tuple)) and len(value) == _PAIR:
        real, imaginary = value
        found = complex(float(real), float(imaginary))
    elif isinstance(value, str):
        found = complex(value.replace(" ", ""))
    else:
        found = complex(value)
    if math.isnan(found.real) or math.isnan(found.imag):
        raise ValueError("it is not a number")
    return found


_READERS: dict[str, Callable[[dict[str, Any], Any], Any]] = {
    "quantum-circuit": _circuit,
    "sparse-pauli-op": _operator,
    "ndarray": _array,
    "complex": _complex,
}
_HINTS = {
    "quantum-circuit": "give the text of an OpenQASM 2 or 3 program",
    "sparse-pauli-op": 'write {"II": -1.05, "XX": 0.18}',
    "ndarray": "write nested lists of numbers",
    "complex": "write [real, imaginary]",
}
