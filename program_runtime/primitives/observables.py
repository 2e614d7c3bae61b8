"""Observables as numbers: which bases measure them, and what an outcome is worth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from qiskit.quantum_info import PauliList

from program_runtime.primitives.transpilation import remember

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from qiskit.quantum_info import SparseObservable

__all__ = ["Basis", "Plan", "make_plan"]

_PAULI: Final = 0b11
"""The bits of a term that say X, Y or Z; the others make it a projector."""
_POSITIVE, _NEGATIVE = 0b10, 0b01
_LETTERS: Final = {0b01: "Z", 0b10: "X", 0b11: "Y"}
_WORD: Final = 64
_CELLS: Final = 4_000_000
"""So many outcomes times terms are looked at together."""

Term = tuple[tuple[int, int], ...]
"""Qubits and what is measured there, as ``SparseObservable`` numbers it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What can be measured at the same time."""

    paulis: tuple[tuple[int, str], ...]
    """The qubits that are measured, and whether along X, Y or Z."""
    terms: tuple[Term, ...]
    coefficients: NDArray[np.float64]
    """Of the terms, a column for each observable."""

    def worth(
        self, words: NDArray[np.uint64], first_bit: int = 0
    ) -> NDArray[np.float64]:
        """Return what each outcome contributes to each observable.

        Args:
            words: A row of 64-bit words for each outcome.
            first_bit: Where the first of the measured qubits is in them.
        """
        step = max(1, _CELLS // len(self.terms))
        masks = self._masks(words.shape[1], first_bit)
        parts = [
            _values(words[start : start + step], *masks) @ self.coefficients
            for start in range(0, len(words), step)
        ]
        return np.concatenate(parts)

    def _masks(self, count: int, first_bit: int) -> tuple[NDArray[np.uint64], ...]:
        bits = {qubit: first_bit + bit for bit, (qubit, _) in enumerate(self.paulis)}
        flips, cared, wanted = np.zeros((3, len(self.terms), count), dtype=np.uint64)
        for row, term in enumerate(self.terms):
            for qubit, kind in term:
                word, bit = divmod(bits[qubit], _WORD)
                mask = np.uint64(1 << bit)
                if kind >> 2 == 0:
                    flips[row, word] |= mask
                else:
                    cared[row, word] |= mask
                if kind >> 2 == _NEGATIVE:
                    wanted[row, word] |= mask
        return flips, cared, wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How to measure some observables of one circuit."""

    bases: tuple[Basis, ...]
    constants: NDArray[np.float64]
    """What each observable has without measuring: its identity."""


def make_plan(observables: Sequence[SparseObservable]) -> Plan:
    """Find the bases that measure all terms of some observables.

    Args:
        observables: On the same qubits.
    """
    coefficients: dict[Term, NDArray[np.float64]] = {}
    for column, observable in enumerate(observables):
        for term, coefficient in _terms(observable):
            row = coefficients.setdefault(term, np.zeros(len(observables)))
            row[column] += coefficient
    constants = coefficients.pop((), np.zeros(len(observables)))
    by_pauli: dict[tuple[tuple[int, int], ...], list[Term]] = {}
    for term in sorted(coefficients):
        pauli = tuple((qubit, kind & _PAULI) for qubit, kind in term)
        by_pauli.setdefault(pauli, []).append(term)
    paulis = list(by_pauli)
    groups, _ = remember(("groups", *paulis), lambda: _groups(paulis))
    bases = tuple(
        _basis([term for pauli in group for term in by_pauli[pauli]], coefficients)
        for group in groups
    )
    return Plan(bases=bases, constants=constants)


def _basis(terms: list[Term], coefficients: dict[Term, NDArray[np.float64]]) -> Basis:
    kinds = {qubit: kind & _PAULI for term in terms for qubit, kind in term}
    return Basis(
        paulis=tuple((qubit, _LETTERS[kinds[qubit]]) for qubit in sorted(kinds)),
        terms=tuple(terms),
        coefficients=np.array([coefficients[term] for term in terms]),
    )


def _groups(paulis: list[Term]) -> list[list[Term]]:
    """Group what commutes qubit by qubit, by Qiskit's own grouping."""
    if len(paulis) < 2:  # noqa: PLR2004
        return [paulis] if paulis else []
    size = 1 + max(qubit for pauli in paulis for qubit, _ in pauli)
    z, x = np.zeros((2, len(paulis), size), dtype=bool)
    for row, pauli in enumerate(paulis):
        for qubit, kind in pauli:
            z[row, qubit] = bool(kind & 0b01)
            x[row, qubit] = bool(kind & 0b10)
    found = PauliList.from_symplectic(z, x)
    known = dict(zip(found.to_labels(), paulis, strict=True))
    return [
        [known[label] for label in group.to_labels()]
        for group in found.group_commuting(qubit_wise=True)
    ]


def _terms(observable: SparseObservable) -> list[tuple[Term, float]]:
    ends = list(observable.boundaries)
    qubits, kinds = list(observable.indices), list(observable.bit_terms)
    return [
        (tuple(zip(qubits[start:end], map(int, kinds[start:end]), strict=True)), coeff)
        for start, end, coeff in zip(
            ends, ends[1:], np.real(observable.coeffs).tolist(), strict=False
        )
    ]


def _values(
    words: NDArray[np.uint64],
    flips: NDArray[np.uint64],
    cared: NDArray[np.uint64],
    wanted: NDArray[np.uint64],
) -> NDArray[np.float64]:
    """Return 1, -1 or 0 for each outcome and term."""
    shape = len(words), len(flips)
    ones = np.zeros(shape, dtype=np.uint8)
    for word in range(words.shape[1]):
        ones += np.bitwise_count(words[:, word, np.newaxis] & flips[:, word])
    values: NDArray[np.float64] = 1.0 - 2.0 * (ones & 1).astype(np.float64)
    if cared.any():
        for word in range(words.shape[1]):
            found = words[:, word, np.newaxis] & cared[:, word]
            values *= found == wanted[:, word]
    return values
