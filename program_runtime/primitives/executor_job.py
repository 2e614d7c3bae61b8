"""One job of the program ``executor``, from its inputs to its result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from program_runtime.primitives.executor_options import read_options
from program_runtime.primitives.executor_program import read_program
from program_runtime.primitives.executor_result import write_result
from program_runtime.primitives.executor_run import run_program
from program_runtime.primitives.executor_versions import version_named
from program_runtime.primitives.machine import machine_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from program_runtime.program import ProgramBackend

__all__ = ["execute"]


def execute(
    backend: ProgramBackend,
    *,
    schema_version: str,
    quantum_program: Mapping[str, Any],
    options: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Run a quantum program as the official client's ``Executor`` sends it.

    Args:
        backend: Where its circuits run.
        schema_version: Version of the inputs, and of the result.
        quantum_program: Shots, circuits and items.
        options: Of the execution.

    Returns:
        The result in its wire form.

    Raises:
        BadInputsError: The inputs can not be used; the message lists every problem.
        UnsupportedCircuitError: A circuit does not fit the backend.
    """
    version, machine = version_named(schema_version), machine_of(backend)
    program = read_program(quantum_program, version, max_shots=machine.max_shots)
    machine.check([item.circuit for item in program.items])
    outcome = run_program(program, backend, read_options(options or {}, backend))
    return write_result(program, outcome, version)
