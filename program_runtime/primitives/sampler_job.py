"""A job of the built-in program ``sampler``: which of its two forms it has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from program_runtime.primitives.retired_sampling import sample_circuits
from program_runtime.primitives.sampling import sample

if TYPE_CHECKING:
    from collections.abc import Mapping

    from program_runtime.program import ProgramBackend

__all__ = ["run_sampler"]


def run_sampler(backend: ProgramBackend, inputs: Mapping[str, Any]) -> Any:
    """Run a job in the form that its inputs have.

    Args:
        backend: What ``main`` was given.
        inputs: With ``pubs``, or with ``circuits``.

    Returns:
        A ``PrimitiveResult`` for pubs, else quasi-probabilities.
    """
    if inputs.get("pubs") is None and "circuits" in inputs:
        return sample_circuits(backend, inputs)
    return sample(backend, inputs.get("pubs"), inputs.get("options"))
