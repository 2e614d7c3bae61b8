"""How large a circuit is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

__all__ = ["CircuitSize", "size_of"]


@dataclass(frozen=True, slots=True)
class CircuitSize:
    """What of a circuit makes it noisy."""

    depth: int
    """Longest chain of instructions, measurements among them; barriers count not."""
    two_qubit_gates: int
    """Those in every branch of a control flow, each once."""


def size_of(circuit: QuantumCircuit) -> CircuitSize:
    """Measure a circuit as it goes to the backend.

    Args:
        circuit: Transpiled or not; it is taken as it is.
    """
    return CircuitSize(circuit.depth(), _two_qubit_gates(circuit))


def _two_qubit_gates(circuit: QuantumCircuit) -> int:
    from qiskit.circuit import ControlFlowOp, Gate  # noqa: PLC0415 - 0.6 s

    found = 0
    for item in circuit.data:
        if isinstance(item.operation, ControlFlowOp):
            found += sum(_two_qubit_gates(block) for block in item.operation.blocks)
        elif isinstance(item.operation, Gate) and len(item.qubits) == 2:  # noqa: PLR2004
            found += 1
    return found
