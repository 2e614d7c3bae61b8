"""Objects that describe themselves by ``settings``: Qiskit's operators and states.

The official format names a module and a class. Here both are only looked up in a
table: nothing that a payload names is imported or called.
"""

from __future__ import annotations

import warnings
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from program_runtime.errors import UndecodableError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from program_runtime.codec.limits import Budget

_INT_KEYS = "__int_keys__"
_FAMILY = "qiskit.quantum_info."

# Where we import each class from, whatever module the payload names within the
# family: Qiskit has moved some of them.
_QUANTUM_INFO = "qiskit.quantum_info"
_HOMES = {
    "Chi": _QUANTUM_INFO,
    "Choi": _QUANTUM_INFO,
    "DensityMatrix": _QUANTUM_INFO,
    "Kraus": _QUANTUM_INFO,
    "OpShape": "qiskit.quantum_info.operators.op_shape",
    "Operator": _QUANTUM_INFO,
    "PTM": _QUANTUM_INFO,
    "Pauli": _QUANTUM_INFO,
    "PauliList": _QUANTUM_INFO,
    "SparsePauliOp": _QUANTUM_INFO,
    "Statevector": _QUANTUM_INFO,
    "Stinespring": _QUANTUM_INFO,
    "SuperOp": _QUANTUM_INFO,
    "Z2Symmetries": _QUANTUM_INFO,
}

# These are matrices, and make one of whatever else they are given: a circuit of 20
# qubits would become 16 TiB.
_DENSE = frozenset(_HOMES) - {
    "OpShape",
    "Pauli",
    "PauliList",
    "SparsePauliOp",
    "Z2Symmetries",
}

# The operator of the retired qiskit.opflow, a SparsePauliOp with a factor.
_OPFLOW = ("qiskit.opflow.primitive_ops.pauli_sum_op", "PauliSumOp")


def encode_settings(value: Any) -> dict[str, Any]:
    """Tag an object by its class and its settings."""
    return {
        "__type__": "settings",
        "__module__": type(value).__module__,
        "__class__": type(value).__name__,
        "__value__": flag_int_keys(value.settings),
    }


def decode_settings(tagged: Mapping[str, Any], _budget: Budget) -> Any:
    """Rebuild an operator or a state; anything else stays a dict, with a warning."""
    module, name = tagged.get("__module__"), tagged.get("__class__")
    settings = restore_int_keys(tagged["__value__"])
    if (module, name) == _OPFLOW:
        return _scaled(settings["primitive"], settings.get("coeff", 1.0))
    if str(name) in _HOMES and str(module).startswith(_FAMILY):
        if str(name) in _DENSE and not _is_numbers(settings.get("data")):
            raise UndecodableError(f"The data of the {name} are not numbers.")
        return getattr(import_module(_HOMES[str(name)]), str(name))(**settings)
    warnings.warn(
        f"A value of type {module}.{name} stays a dict: only Qiskit's operators and "
        "states are rebuilt from their settings.",
        stacklevel=2,
    )
    return NotImplemented


def _scaled(operator: Any, factor: Any) -> Any:
    from qiskit.quantum_info import SparsePauliOp  # noqa: PLC0415

    if not isinstance(operator, SparsePauliOp):
        raise UndecodableError("The primitive of the PauliSumOp is no SparsePauliOp.")
    if not isinstance(factor, int | float | complex):
        raise UndecodableError("The coefficient of the PauliSumOp is no number.")
    return operator * factor


def _is_numbers(data: Any) -> bool:
    """Tell whether data are an array, or lists of arrays and numbers."""
    todo = [data]
    while todo:
        item = todo.pop()
        if isinstance(item, list | tuple):
            todo += item
        elif not isinstance(item, np.ndarray | int | float | complex | None):
            return False
    return True


def flag_int_keys(value: Any) -> Any:
    """Copy dicts within dicts, marking those with integer keys.

    JSON turns such keys into strings; the mark says to turn them back.
    """
    if not isinstance(value, dict):
        return value
    copy = {key: flag_int_keys(item) for key, item in value.items()}
    if any(isinstance(key, int) for key in value):
        copy[_INT_KEYS] = True
    return copy


def restore_int_keys(value: Any) -> Any:
    """Undo :func:`flag_int_keys`."""
    if not isinstance(value, dict):
        return value
    to_int = _INT_KEYS in value
    return {
        _int_key(key) if to_int else key: restore_int_keys(item)
        for key, item in value.items()
        if key != _INT_KEYS
    }


def _int_key(key: str) -> str | int:
    try:
        return int(key)
    except ValueError:
        return key
