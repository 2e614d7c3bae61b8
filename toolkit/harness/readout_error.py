"""Bits that are read as the other one: in counts, and in exact expectation values.

Both are the same channel. A bit flips with the probability p whatever it is, so that
the expectation value of a product of w Pauli operators shrinks by (1 - 2p)^w.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections import Counter
from itertools import product
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from qiskit import QuantumCircuit

__all__ = ["damp_observables", "flip_counts", "measured_bits"]

# A projector is half the identity, and half a Pauli operator or its negative.
_PROJECTORS: Final = {
    "0": ("Z", 0.5),
    "1": ("Z", -0.5),
    "+": ("X", 0.5),
    "-": ("X", -0.5),
    "r": ("Y", 0.5),
    "l": ("Y", -0.5),
}


def measured_bits(circuit: QuantumCircuit) -> list[int]:
    """Find the classical bits that are read from a qubit; the others never flip.

    Args:
        circuit: Of a quantum call.

    Returns:
        Their indices; all of them where the circuit has branches.
    """
    if any(item.operation.name in _BRANCHES for item in circuit.data):
        return list(range(circuit.num_clbits))
    found = {
        circuit.find_bit(item.clbits[0]).index
        for item in circuit.data
        if item.operation.name == "measure"
    }
    return sorted(found)


_BRANCHES: Final = frozenset(
    ["if_else", "while_loop", "for_loop", "switch_case", "box"]
)


def flip_counts(
    body: bytes, bits: Sequence[Sequence[int]], error: float, seed: Sequence[int]
) -> bytes:
    """Flip measured bits in the answer to a quantum call.

    Args:
        body: As ``program_runtime.execution.broker.wire.pack_results`` writes it.
        bits: Those that may flip, for each circuit.
        error: The probability of each of them.
        seed: The same one flips the same bits.

    Returns:
        The answer in the same form.
    """
    random = np.random.default_rng(seed)
    answer = json.loads(body)
    for entry, flippable in zip(answer["circuits"], bits, strict=True):
        if "packed" in entry:
            entry["packed"] = _flip_packed(entry, flippable, error, random)
        else:
            entry["counts"] = _flip_counted(entry["counts"], flippable, error, random)
    return json.dumps(answer).encode()


def _flip_counted(
    counts: Mapping[str, int],
    bits: Sequence[int],
    error: float,
    random: np.random.Generator,
) -> dict[str, int]:
    flipped: Counter[int] = Counter()
    for value, count in counts.items():
        flips = random.random((count, len(bits))) < error
        patterns, numbers = np.unique(flips, axis=0, return_counts=True)
        for pattern, number in zip(patterns, numbers, strict=True):
            mask = sum(
                1 << bit for bit, flip in zip(bits, pattern, strict=True) if flip
            )
            flipped[int(value, 16) ^ mask] += int(number)
    return {hex(value): count for value, count in sorted(flipped.items())}


def _flip_packed(
    entry: Mapping[str, Any],
    bits: Sequence[int],
    error: float,
    random: np.random.Generator,
) -> str:
    shots: int = entry["shots"]
    packed = zlib.decompress(base64.b64decode(entry["packed"]))
    size = len(packed) // shots
    rows = np.frombuffer(packed, dtype=np.uint8).reshape(shots, size)
    # The first classical bit is the lowest of a big-endian number.
    wide = max(size, 1 + max(bits, default=0) // 8)
    rows = np.pad(rows, ((0, 0), (wide - size, 0)))
    flips = np.zeros((shots, wide * 8), dtype=np.uint8)
    flips[:, [wide * 8 - 1 - bit for bit in bits]] = (
        random.random((shots, len(bits))) < error
    )
    found: bytes = (rows ^ np.packbits(flips, axis=1)).tobytes()
    return base64.b64encode(zlib.compress(found)).decode()


def damp_observables(observables: Any, error: float) -> Any:
    """Make observables whose exact expectation values are those of misread bits.

    Args:
        observables: Nested lists of terms, such as ``{"XZ": 0.5}``.
        error: The probability that a bit is read as the other one.

    Returns:
        Observables of the same shape, without projectors.
    """
    if isinstance(observables, list):
        return [damp_observables(each, error) for each in observables]
    damped: Counter[str] = Counter()
    for letters, coefficient in observables.items():
        for pauli, part in _paulis(letters):
            weight = len(pauli) - pauli.count("I")
            damped[pauli] += coefficient * part * (1 - 2 * error) ** weight
    return dict(damped)


def _paulis(letters: str) -> Iterator[tuple[str, float]]:
    """Write a product of Pauli operators and projectors as a sum without these."""
    choices = [
        (("I", 0.5), _PROJECTORS[letter]) if letter in _PROJECTORS else ((letter, 1.0),)
        for letter in letters
    ]
    for terms in product(*choices):
        factor = 1.0
        for _, part in terms:
            factor *= part
        yield "".join(letter for letter, _ in terms), factor
