"""Samples circuits: the built-in program ``sampler``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from program_runtime.primitives.sampler_job import run_sampler

if TYPE_CHECKING:
    from program_runtime import ProgramBackend, UserMessenger


def main(
    backend: ProgramBackend,
    user_messenger: UserMessenger,
    **inputs: Any,
) -> Any:
    """Sample circuits.

    Args:
        backend: Runs them.
        user_messenger: Not used: there is one result, at the end.
        **inputs: ``pubs`` and ``options``, or ``circuits`` and what belongs to them.

    Returns:
        A ``PrimitiveResult``, or quasi-probabilities for ``circuits``.
    """
    return run_sampler(backend, inputs)
