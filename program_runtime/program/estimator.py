"""Exact expectation values on an ideal simulator."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from qiskit.primitives import BaseEstimatorV2
from qiskit.primitives.containers.estimator_pub import EstimatorPub

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
    if getattr(backend, "computes_exactly", False):
        return True
    # Whoever holds one has imported it; nobody else should have to wait for that.
    aer = sys.modules.get("qiskit_aer")
    return (
        aer is not None
        and isinstance(backend, aer.AerSimulator)
        and backend.options.noise_model is None
    )


class ExactEstimator(BaseEstimatorV2):
    """An estimator without shot noise, unless the program asks for a precision.

    Args:
        backend: An ideal Aer simulator, here or behind the broker.
        measured: What serves a call with a precision.
        before: Called with the circuits of each exact call, to check and count them.
    """

    def __init__(
        self,
        backend: BackendV2,
        *,
        measured: BaseEstimatorV2,
        before: Callable[[Sequence[QuantumCircuit]], None],
    ) -> None:
        self._exact = _exact_estimator(backend)
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


def _exact_estimator(backend: BackendV2) -> BaseEstimatorV2:
    if getattr(backend, "computes_exactly", False):
        brokered: BaseEstimatorV2 = backend.exact_estimator()
        return brokered
    from qiskit_aer.primitives import (  # noqa: PLC0415 - loads a simulator library
        EstimatorV2,
    )

    return EstimatorV2.from_backend(backend)
