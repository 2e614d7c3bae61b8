"""From what a backend remembers of its shots to truth values for each register."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from program_runtime.errors import UnsupportedCircuitError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from qiskit import QuantumCircuit
    from qiskit.result.models import ExperimentResult

__all__ = ["register_columns", "shot_bits"]


def register_columns(circuit: QuantumCircuit) -> dict[str, list[int]]:
    """Tell which classical bits of a circuit each register holds.

    Args:
        circuit: Registers may share bits.
    """
    place = {bit: index for index, bit in enumerate(circuit.clbits)}
    return {reg.name: [place[bit] for bit in reg] for reg in circuit.cregs}


def shot_bits(experiment: ExperimentResult, *, shots: int, bits: int) -> NDArray[Any]:
    """Read the outcomes of one circuit.

    Args:
        experiment: With the memory of its shots as hexadecimal texts.
        shots: How many there must be.
        bits: Classical bits of the circuit.

    Returns:
        Shape ``(shots, bits)``, the circuit's first classical bit first.

    Raises:
        UnsupportedCircuitError: The backend did not remember its shots.
    """
    memory = getattr(experiment.data, "memory", None)
    if memory is None:
        if getattr(experiment.data, "counts", None):
            raise UnsupportedCircuitError(
                "The backend returned counts and no memory of single shots, which the "
                "executor's results consist of."
            )
        # Nothing was measured: all bits are as they began.
        return np.zeros((shots, bits), dtype=np.bool_)
    if len(memory) != shots:
        raise UnsupportedCircuitError(
            f"The backend returned {len(memory)} shots, {shots} were asked for."
        )
    return _unpack(memory, bits)


def _unpack(memory: Sequence[str], bits: int) -> NDArray[Any]:
    width = -(-bits // 8)
    # Most outcomes come more than once.
    packed = {
        text: int(text, 16).to_bytes(width, "little") for text in dict.fromkeys(memory)
    }
    data = np.frombuffer(b"".join([packed[text] for text in memory]), dtype=np.uint8)
    table = data.reshape(len(memory), width)
    return np.unpackbits(table, axis=1, count=bits, bitorder="little").view(np.bool_)
