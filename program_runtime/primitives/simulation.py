"""The options that every primitive has: of the simulator and of each execution."""

from __future__ import annotations

import warnings
from dataclasses import astuple, dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from program_runtime.errors import BadInputsError
from program_runtime.primitives.machine import constrained
from program_runtime.program.brokered import BrokeredBackend

if TYPE_CHECKING:
    from program_runtime.primitives.machine import Machine
    from program_runtime.primitives.options import Options
    from program_runtime.program import ProgramBackend

__all__ = ["Paths", "run_settings", "simulator_machine"]

_SEED_RANGE: Final = 2**31


@dataclass(frozen=True, slots=True, kw_only=True)
class Paths:
    """Where the options of a simulator are in a job's options."""

    noise_model: str = "simulator.noise_model"
    seed: str = "simulator.seed_simulator"
    coupling_map: str = "simulator.coupling_map"
    basis_gates: str = "simulator.basis_gates"


def simulator_machine(
    options: Options,
    machine: Machine,
    paths: Paths | None = None,
    *,
    noise_basis: bool = False,
) -> tuple[Machine, dict[str, Any], int | None]:
    """Read the options of a simulator.

    Args:
        options: Of the job.
        machine: What the job runs on.
        paths: Where they are.
        noise_basis: A noise model says which gates there are: no other has noise.

    Returns:
        The machine as it is to be, settings for each run, and the seed.
    """
    paths = paths or Paths()
    if not machine.is_aer:
        for path in astuple(paths):
            options.ignore(path, f"{machine.name} is no simulator")
        return machine, {}, None
    settings: dict[str, Any] = {}
    noise_model = options.take(paths.noise_model)
    if noise_model is not None:
        settings["noise_model"] = _noise_model(noise_model)
        machine = replace(machine, is_ideal=False)
    seed = options.take(paths.seed)
    basis_gates = options.take(paths.basis_gates)
    if noise_basis and noise_model is not None and basis_gates is None:
        basis_gates = settings["noise_model"].basis_gates
    narrow = constrained(
        machine,
        basis_gates=basis_gates,
        coupling_map=options.take(paths.coupling_map),
    )
    return narrow, settings, None if seed is None else int(seed) % _SEED_RANGE


def run_settings(
    options: Options,
    machine: Machine,
    backend: ProgramBackend,
    prefix: str = "execution",
) -> dict[str, Any]:
    """Read what each execution is to be like.

    Args:
        options: Of the job.
        machine: What the job runs on.
        backend: The same.
        prefix: Where they are.

    Returns:
        Settings for each run; what the backend does not know is warned of.
    """
    settings: dict[str, Any] = {}
    for name in ("init_qubits", "rep_delay"):
        path = f"{prefix}.{name}"
        # A real device says itself what it does not take.
        if hasattr(backend.options, name) or isinstance(
            backend.device, BrokeredBackend
        ):
            value = options.take(path)
            if value is not None:
                settings[name] = value
        elif name == "init_qubits":
            # Every circuit begins with all qubits in |0>, as True asks.
            if options.take(path, True) is False:
                options.warn(
                    f"The option {path} has no effect: {machine.name} begins every "
                    "circuit with its qubits in |0>."
                )
        else:
            options.ignore(path, f"{machine.name} does not wait between circuits")
    return settings


def _noise_model(value: Any) -> Any:
    from qiskit_aer.noise import NoiseModel  # noqa: PLC0415 - seldom asked for

    if isinstance(value, NoiseModel):
        return value
    if not isinstance(value, dict):
        raise BadInputsError(
            f"The noise model is of type {type(value).__name__}, expected a NoiseModel."
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return NoiseModel.from_dict(value)
