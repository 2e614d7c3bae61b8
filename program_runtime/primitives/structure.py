"""What makes two circuits the same for the transpiler: all but names and values."""

from __future__ import annotations

import hashlib
import io
from typing import TYPE_CHECKING, Any

from qiskit import qpy
from qiskit.circuit import Parameter

if TYPE_CHECKING:
    from collections.abc import Hashable

    from qiskit import QuantumCircuit

__all__ = ["structure_of"]

_PLAIN = frozenset({"measure", "barrier", "reset"})


def structure_of(circuit: QuantumCircuit) -> Hashable:
    """Return what is equal for circuits that transpile to the same.

    Parameters count by name: a loop that builds its circuit anew makes new ones, of
    the same names.

    Args:
        circuit: Any circuit.
    """
    bits = {bit: index for index, bit in enumerate(circuit.qubits)}
    bits |= {bit: index for index, bit in enumerate(circuit.clbits)}
    steps = []
    for item in circuit.data:
        # Asking the item is quick; its operation would be made for the question.
        if not (item.is_standard_gate() or item.name in _PLAIN):
            return _digest(circuit)
        params = [_angle(param) for param in item.params]
        if None in params:
            return _digest(circuit)
        steps.append(
            (
                item.name,
                item.label,
                *params,
                *[bits[bit] for bit in item.qubits],
                *[bits[bit] for bit in item.clbits],
            )
        )
    registers = tuple((register.name, register.size) for register in circuit.cregs)
    return (circuit.num_qubits, circuit.num_clbits, registers, tuple(steps))


def _angle(param: Any) -> Hashable:
    if isinstance(param, Parameter):
        return str(param.name)
    return float(param) if isinstance(param, float | int) else None


def _digest(circuit: QuantumCircuit) -> Hashable:
    """Digest what has parts of its own: expressions, matrices, control flow."""
    nameless = circuit.copy()
    nameless.name = ""
    nameless.metadata = {}
    stream = io.BytesIO()
    qpy.dump(nameless, stream)
    return hashlib.sha256(stream.getbuffer()).digest()
