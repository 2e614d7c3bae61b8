"""Estimates expectation values: the built-in program ``estimator``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from program_runtime.primitives.estimator_job import run_estimator

if TYPE_CHECKING:
    from program_runtime import ProgramBackend, UserMessenger


def main(
    backend: ProgramBackend,
    user_messenger: UserMessenger,
    **inputs: Any,
) -> Any:
    """Estimate expectation values.

    Args:
        backend: Runs the circuits.
        user_messenger: Not used: there is one result, at the end.
        **inputs: ``pubs`` and ``options``, or ``circuits`` and what belongs to them.

    Returns:
        A ``PrimitiveResult``, or values for ``circuits``.
    """
    return run_estimator(backend, inputs)
