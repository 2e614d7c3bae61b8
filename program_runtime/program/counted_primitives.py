"""Qiskit's primitives over a backend, which tell it of how many PUBs they make runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qiskit.primitives import BackendEstimatorV2, BackendSamplerV2

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from qiskit.primitives import BasePrimitiveJob
    from qiskit.primitives.containers import EstimatorPubLike, SamplerPubLike
    from qiskit.providers import BackendV2

__all__ = ["CountedEstimator", "CountedSampler"]


class CountedSampler(BackendSamplerV2):
    """Programs know this class by its base: they set its options.

    Args:
        backend: Runs the circuits.
        options: Of the base.
        before: Called with the number of PUBs before their circuits run.
    """

    def __init__(
        self,
        *,
        backend: BackendV2,
        options: dict[str, Any],
        before: Callable[[int], None],
    ) -> None:
        super().__init__(backend=backend, options=options)
        self._before = before

    def run(
        self, pubs: Iterable[SamplerPubLike], *, shots: int | None = None
    ) -> BasePrimitiveJob:
        """Sample PUBs."""
        given = list(pubs)
        self._before(len(given))
        return super().run(given, shots=shots)


class CountedEstimator(BackendEstimatorV2):
    """Likewise, for expectation values.

    Args:
        backend: Runs the circuits.
        options: Of the base.
        before: Called with the number of PUBs before their circuits run.
    """

    def __init__(
        self,
        *,
        backend: BackendV2,
        options: dict[str, Any],
        before: Callable[[int], None],
    ) -> None:
        super().__init__(backend=backend, options=options)
        self._before = before

    def run(
        self, pubs: Iterable[EstimatorPubLike], *, precision: float | None = None
    ) -> BasePrimitiveJob:
        """Estimate PUBs."""
        given = list(pubs)
        self._before(len(given))
        return super().run(given, precision=precision)
