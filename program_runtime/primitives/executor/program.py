"""Run quantum programs: what the official client's Executor submits.

Its executor-based Sampler and Estimator submit them too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from program_runtime.primitives.executor_job import execute

if TYPE_CHECKING:
    from collections.abc import Mapping

    from program_runtime import ProgramBackend, UserMessenger


def main(
    backend: ProgramBackend,
    user_messenger: UserMessenger,
    *,
    schema_version: str,
    quantum_program: Mapping[str, Any],
    options: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Run every item of a quantum program.

    Args:
        backend: Where its circuits run.
        user_messenger: Keeps what a later attempt of the same job has to know.
        schema_version: Version of the inputs, and of the result.
        quantum_program: Shots, circuits and items.
        options: Of the execution.

    Returns:
        The result in its wire form.
    """
    return execute(
        backend,
        user_messenger,
        schema_version=schema_version,
        quantum_program=quantum_program,
        options=options,
    )
