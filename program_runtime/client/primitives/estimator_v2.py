"""The V2 estimator: expectation values of arrays of observables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qiskit.primitives import BaseEstimatorV2

from program_runtime.client.primitives import pubs as checked
from program_runtime.client.primitives import v2
from program_runtime.client.primitives.options_v2 import EstimatorOptions
from program_runtime.client.primitives.place import place_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from qiskit.primitives.containers.estimator_pub import EstimatorPubLike

    from program_runtime.client.backend import IBMBackend
    from program_runtime.client.job import RuntimeJob
    from program_runtime.client.session import Session

__all__ = ["EstimatorV2"]


class EstimatorV2(v2.V2Primitive[EstimatorOptions], BaseEstimatorV2):
    """Estimates expectation values on a service.

    It is one of Qiskit's ``BaseEstimatorV2``: any code that takes one takes this.

    Args:
        mode: A backend of a service or its name, a :class:`Session` or a
            :class:`Batch`; by default the session whose ``with`` block this is.
        options: :class:`EstimatorOptions`, or a dict of them.

    Raises:
        InvalidValueError: There is nowhere to run, or an option is invalid.
    """

    def __init__(
        self,
        mode: IBMBackend | Session | str | None = None,
        options: EstimatorOptions | Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(place_of(mode), EstimatorOptions.of(options))

    def run(
        self, pubs: Iterable[EstimatorPubLike], *, precision: float | None = None
    ) -> RuntimeJob:
        """Run pubs.

        Args:
            pubs: Tuples ``(circuit, observables, parameter_values, precision)``.
            precision: The standard error of pubs that name none; else
                ``default_precision``.

        Returns:
            The job, whose result is a ``PrimitiveResult``.

        Raises:
            InvalidValueError: It lists everything that does not fit; no job was made.
        """
        backend = self.backend()
        made = checked.estimator_pubs(pubs, precision, backend)
        return self._submit("estimator", made, backend)
