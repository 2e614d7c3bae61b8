"""Quantum values in schemas: what a ``format`` demands of a Python value.

No module here imports Qiskit or NumPy: a value can only be a ``QuantumCircuit``
if its class is already in ``sys.modules``.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from program_runtime.metadata import wording

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = [
    "DTYPE_KINDS",
    "FORMATS",
    "KEYWORDS",
    "is_array",
    "judge",
    "loaded",
    "numpy_kind",
    "rules",
]

DTYPE_KINDS = {
    "bool": "b",
    "integer": "iu",
    "floating": "f",
    "complexfloating": "c",
    "number": "iufc",
}
"""Names of ``dtype`` that stand for several dtypes, with NumPy's letters."""

KEYWORDS = ("maxQubits", "parametrized", "dtype", "shape")


def loaded(module: str, name: str) -> Any:
    """Return a class if its module has been imported, else None."""
    return getattr(sys.modules.get(module), name, None)


def numpy_kind(value: Any) -> str:
    """Return the letter of a NumPy scalar's kind, or an empty text."""
    generic = loaded("numpy", "generic")
    if generic is not None and isinstance(value, generic):
        return str(value.dtype.kind)
    return ""


def is_array(value: Any) -> bool:
    """Whether a value is a NumPy array."""
    array = loaded("numpy", "ndarray")
    return array is not None and isinstance(value, array)


def rules(schema: Any) -> bool:
    """Whether a quantum format rules this schema, so that ``type`` does not."""
    name = schema.get("format")
    return isinstance(name, str) and name in FORMATS


def judge(schema: Mapping[str, Any], value: Any) -> Iterator[str]:
    """Yield what is wrong with a value under a schema with a quantum format."""
    types = schema.get("type", ())
    if value is None and "null" in ([types] if isinstance(types, str) else types):
        return
    yield from FORMATS[schema["format"]](schema, value)


def _circuit(schema: Mapping[str, Any], value: Any) -> Iterator[str]:
    circuit = loaded("qiskit.circuit.quantumcircuit", "QuantumCircuit")
    if circuit is None or not isinstance(value, circuit):
        yield f"is {wording.kind(value)}, must be a QuantumCircuit"
        return
    yield from _qubits(schema, value.num_qubits)
    wanted, free = schema.get("parametrized"), value.num_parameters
    if wanted is True and free == 0:
        yield "has no parameters, must be parametrized"
    elif wanted is False and free:
        yield f"has {wording.count(free, 'unbound parameter')}, must have none"


def _operator(schema: Mapping[str, Any], value: Any) -> Iterator[str]:
    operator = loaded(
        "qiskit.quantum_info.operators.symplectic.sparse_pauli_op", "SparsePauliOp"
    )
    if operator is None or not isinstance(value, operator):
        yield f"is {wording.kind(value)}, must be a SparsePauliOp"
        return
    yield from _qubits(schema, value.num_qubits)


def _qubits(schema: Mapping[str, Any], found: int) -> Iterator[str]:
    most = schema.get("maxQubits")
    if most is not None and found > most:
        yield f"has {wording.count(found, 'qubit')}, the limit is {most:,}"


def _array(schema: Mapping[str, Any], value: Any) -> Iterator[str]:
    if not is_array(value):
        yield f"is {wording.kind(value)}, must be a NumPy array"
        return
    dtype = schema.get("dtype")
    if dtype is not None and not _has_dtype(value, dtype):
        yield f"has dtype {value.dtype}, must be {dtype}"
    shape = schema.get("shape")
    if shape is not None and not _has_shape(value.shape, shape):
        yield f"has shape {_shape(value.shape)}, must be {_shape(shape)}"


def _has_dtype(value: Any, wanted: str) -> bool:
    if wanted in DTYPE_KINDS:
        return value.dtype.kind in DTYPE_KINDS[wanted]
    return str(value.dtype) == wanted


def _has_shape(found: tuple[int, ...], wanted: list[int | None]) -> bool:
    return len(found) == len(wanted) and all(
        size is None or size == actual
        for actual, size in zip(found, wanted, strict=True)
    )


def _shape(sizes: Any) -> str:
    return f"({', '.join('any' if size is None else str(size) for size in sizes)})"


def _complex(_: Mapping[str, Any], value: Any) -> Iterator[str]:
    plain = isinstance(value, (complex, float, int)) and not isinstance(value, bool)
    if not plain and numpy_kind(value) not in {"i", "u", "f", "c"}:
        yield f"is {wording.show(value)}, must be a complex number"


FORMATS: dict[str, Callable[[Mapping[str, Any], Any], Iterator[str]]] = {
    "quantum-circuit": _circuit,
    "sparse-pauli-op": _operator,
    "ndarray": _array,
    "complex": _complex,
}
