"""A job of the built-in program ``estimator``: which of its two forms it has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from program_runtime.primitives.estimating import estimate_pubs
from program_runtime.primitives.retired_estimating import estimate_circuits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from program_runtime.program import ProgramBackend

__all__ = ["run_estimator"]


def run_estimator(backend: ProgramBackend, inputs: Mapping[str, Any]) -> Any:
    """Run a job in the form that its inputs have.

    Args:
        backend: What ``main`` was given.
        inputs: With ``pubs``, or with ``circuits``.

    Returns:
        A ``PrimitiveResult`` for pubs, else values.
    """
    if inputs.get("pubs") is None and "circuits" in inputs:
        return estimate_circuits(backend, inputs)
    options = dict(inputs.get("options") or {})
    if inputs.get("resilience_level") is not None:
        options["resilience_level"] = inputs["resilience_level"]
    return estimate_pubs(backend, inputs.get("pubs"), options)
