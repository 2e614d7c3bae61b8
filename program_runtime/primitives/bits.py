"""Outcomes of shots as arrays of bits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from qiskit.primitives import BitArray

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray
    from qiskit import QuantumCircuit

__all__ = ["registers_of", "unpack", "words"]

_WORD: Final = 64


def words(outcomes: Iterable[str], num_bits: int) -> NDArray[np.uint64]:
    """Turn hexadecimal numbers into arrays of 64-bit words, the lowest first.

    Args:
        outcomes: One for each row.
        num_bits: The length of the longest.
    """
    numbers = [int(outcome, 16) for outcome in outcomes]
    count = max(1, -(-num_bits // _WORD))
    if count == 1:
        return np.array(numbers, dtype=np.uint64).reshape(-1, 1)
    size = count * _WORD // 8
    data = b"".join(number.to_bytes(size, "little") for number in numbers)
    return np.frombuffer(data, dtype="<u8").reshape(-1, count).astype(np.uint64)


def unpack(
    memories: Sequence[Sequence[str]],
    shape: tuple[int, ...],
    shots: int,
    circuit: QuantumCircuit,
) -> dict[str, BitArray]:
    """Make the bit array of each classical register.

    Args:
        memories: For each set of parameter values the outcomes of its shots.
        shape: Of the sets of parameter values.
        shots: Of each.
        circuit: Has the registers.
    """
    found = [words(memory, circuit.num_clbits) for memory in memories]
    rows = np.concatenate(found) if found else np.zeros((0, 1), dtype=np.uint64)
    # Big-endian bytes, as Qiskit packs them.
    data = rows[:, ::-1].astype(">u8").view(np.uint8)
    return {
        name: BitArray(
            _register(data, places).reshape(*shape, shots, -(-len(places) // 8)),
            len(places),
        )
        for name, places in registers_of(circuit)
    }


def registers_of(circuit: QuantumCircuit) -> list[tuple[str, list[int]]]:
    """List the classical registers with the places of their bits in an outcome."""
    places = {bit: index for index, bit in enumerate(circuit.clbits)}
    return [
        (register.name, [places[bit] for bit in register]) for register in circuit.cregs
    ]


def _register(data: NDArray[np.uint8], places: list[int]) -> NDArray[np.uint8]:
    """Cut the bits of a register out of packed rows."""
    size = -(-len(places) // 8)
    if places == list(range(len(places))):
        cut: NDArray[Any] = data[:, data.shape[1] - size :]
        spare = 8 * size - len(places)
        if spare:
            cut = cut.copy()
            cut[:, 0] &= 0xFF >> spare
        return cut
    bits = np.unpackbits(data, axis=1)[:, ::-1][:, places][:, ::-1]
    padded = np.pad(bits, ((0, 0), (8 * size - len(places), 0)))
    return np.packbits(padded, axis=1)
