"""Noise made larger: gates that are followed by their inverse and themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from qiskit.circuit import Gate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qiskit import QuantumCircuit

__all__ = ["AMPLIFIERS", "fold", "reached_factor"]

AMPLIFIERS = ("gate_folding", "gate_folding_front", "gate_folding_back")

_PAIR = 2
_SEED = 7


def reached_factor(circuit: QuantumCircuit, factor: float) -> float:
    """Return how much larger folding can make the noise of two-qubit gates.

    Args:
        circuit: With its two-qubit gates.
        factor: What is wished for; only steps of 2 over the number of gates exist.
    """
    gates = sum(map(_folds, circuit.data))
    return 1 + 2 * _extra(gates, factor) / gates if gates else 1.0


def fold(
    circuit: QuantumCircuit, factor: float, amplifier: str = "gate_folding"
) -> QuantumCircuit:
    """Fold the two-qubit gates of a circuit, which stays the same without noise.

    Args:
        circuit: Any, parameters included.
        factor: How much larger the noise is to be, at least 1.
        amplifier: Which gates are folded more when not all are folded alike: those
            at the ``front``, at the ``back``, or any.
    """
    gates = [index for index, item in enumerate(circuit.data) if _folds(item)]
    if not gates:
        return circuit
    each, rest = divmod(_extra(len(gates), factor), len(gates))
    more = set(_order(gates, amplifier)[:rest])
    folded = circuit.copy_empty_like()
    for index, item in enumerate(circuit.data):
        folded.append(item)
        if _folds(item):
            inverse = item.replace(operation=item.operation.inverse())
            for _ in range(each + (index in more)):
                folded.append(inverse)
                folded.append(item)
    return folded


def _folds(item: object) -> bool:
    operation = item.operation  # type: ignore[attr-defined]
    return isinstance(operation, Gate) and operation.num_qubits == _PAIR


def _extra(gates: int, factor: float) -> int:
    return round((factor - 1) / 2 * gates)


def _order(gates: list[int], amplifier: str) -> Sequence[int]:
    if amplifier == "gate_folding_front":
        return gates
    if amplifier == "gate_folding_back":
        return gates[::-1]
    shuffled: list[int] = np.random.default_rng(_SEED).permutation(gates).tolist()
    return shuffled
