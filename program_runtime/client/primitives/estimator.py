"""The V1 estimator: expectation values of observables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from program_runtime.client.primitives import circuits as checked
from program_runtime.client.primitives import fit, v1
from program_runtime.client.primitives.results import EstimatorResultDecoder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qiskit import QuantumCircuit

    from program_runtime.client.job import RuntimeJob

__all__ = ["Estimator"]

_MOST_RESILIENT = 2


class Estimator(v1.V1Primitive):
    """Estimates expectation values of observables in the states of circuits.

    Args:
        backend: A backend of a service, or its name.
        session: A session or batch to run in; without either, the one whose
            ``with`` block this is.
        options: :class:`Options`, or a dict of them.

    Raises:
        InvalidValueError: There is nowhere to run, or an option is invalid.
    """

    def run(
        self,
        circuits: QuantumCircuit | Sequence[QuantumCircuit],
        observables: Any,
        parameter_values: Sequence[float] | Sequence[Sequence[float]] | None = None,
        **run_options: Any,
    ) -> RuntimeJob:
        """Run circuits.

        Args:
            circuits: A circuit without measurements, or several.
            observables: An observable for each circuit, as a ``SparsePauliOp`` or
                what one is made of.
            parameter_values: A set of values for each circuit.
            **run_options: Options of this run, such as ``shots=100`` or
                ``callback=show``.

        Returns:
            The job, whose result is an :class:`EstimatorResult`.

        Raises:
            InvalidValueError: It lists everything that does not fit; no job was made.
        """
        options = self._options.overridden(run_options)
        v1.require_resilience(options, most=_MOST_RESILIENT)
        backend = self._place.backend()
        inputs = checked.estimator_inputs(
            circuits, observables, parameter_values, backend
        )
        fit.require_shots(options.execution.shots, backend)
        return self._place.run("estimator", inputs, options, EstimatorResultDecoder)
