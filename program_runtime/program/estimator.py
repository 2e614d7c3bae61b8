"""Exact expectation values on an ideal simulator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qiskit.primitives import BaseEstimatorV2
from qiskit.primitives.containers.estimator_pub import EstimatorPub
from qiskit_aer import AerSimulator
from qiskit_aer.primitives import EstimatorV2

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from qiskit import QuantumCircuit
    from qiskit.primitives import BasePrimitiveJob
    from qiskit.primitives.containers import EstimatorPubLike
    from qiskit.providers import BackendV2

__all__ = ["ExactEstimator", "is_ideal_simulator"]


def is_ideal_simulator(backend: BackendV2) -> bool:
    """Tell whether a backend can compute expectation values instead of measuring.

    Args:
        backend: Any Qiskit backend.
    """
    return isinstance(backend, AerSimulator) and backend.options.noise_model is None


class ExactEstimator(BaseEstimatorV2):
    """An estimator without shot noise, unless the program asks for a precision.

    Args:
        backend: An ideal Aer simulator.
        measured: What serves a call with a precision.
        before: Called with the circuits of each exact call, to check and count them.
    """

    def __init__(
        self,
        backend: AerSimulator,
        *,
        measured: BaseEstimatorV2,
        before: Callable[[Sequence[QuantumCircuit]], None],
    ) -> None:
        self._exact = EstimatorV2.from_backend(backend)
        self._measured = measured
        self._before = before

    def run(
        self, pubs: Iterable[EstimatorPubLike], *, precision: float | None = None
    ) -> BasePrimitiveJob:
        """Estimate expectation values.

        Args:
            pubs: Circuits with observables and parameter values.
            precision: Wanted standard error; exact values when None.

        Returns:
            The job; ``.result()[0].data.evs`` waits for it.
        """
        wanted = list(pubs)
        coerced = [EstimatorPub.coerce(pub, precision) for pub in wanted]
        if any(pub.precision for pub in coerced):
            return self._measured.run(wanted, precision=precision)
        self._before([pub.circuit for pub in coerced])
        return self._exact.run(coerced, precision=0.0)
