"""One job of the program ``executor``, from its inputs to its result.

It is no part of the folder ``executor``, because each release keeps the source that it
was published with: ``main`` there says which inputs it takes, and the work is done by
what is installed, for the releases of older versions too.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from program_runtime.primitives.executor_options import read_options
from program_runtime.primitives.executor_program import read_program
from program_runtime.primitives.executor_result import write_result
from program_runtime.primitives.executor_run import run_program
from program_runtime.primitives.executor_versions import version_named
from program_runtime.primitives.machine import machine_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from program_runtime.primitives.executor_options import RunOptions
    from program_runtime.primitives.executor_program import QuantumProgram
    from program_runtime.program import ProgramBackend, UserMessenger

__all__ = ["execute"]

_DRAWING_SEED: Final = "drawing_seed"


def execute(
    backend: ProgramBackend,
    messenger: UserMessenger,
    *,
    schema_version: str,
    quantum_program: Mapping[str, Any],
    options: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Run a quantum program; takes and returns what ``main`` of the program does.

    Raises:
        BadInputsError: The inputs can not be used; the message lists every problem.
        UnsupportedCircuitError: A circuit does not fit the backend.
    """
    version, machine = version_named(schema_version), machine_of(backend)
    program = read_program(quantum_program, version, max_shots=machine.max_shots)
    machine.check([item.circuit for item in program.items])
    settings = read_options(options or {}, backend)
    if not machine.is_aer:
        settings = _resumable(program, settings, messenger)
    return write_result(program, run_program(program, backend, settings), version)


def _resumable(
    program: QuantumProgram, settings: RunOptions, messenger: UserMessenger
) -> RunOptions:
    """Draw in every attempt of a job the same.

    A device's job of an earlier attempt is found by the circuits that it was given.
    """
    if settings.seed is None and any(item.samplex for item in program.items):
        seed = (messenger.restored or {}).get(_DRAWING_SEED) or secrets.randbits(63)
        settings = replace(settings, drawing_seed=seed)
    messenger.checkpoint({_DRAWING_SEED: settings.drawing_seed})
    return settings
