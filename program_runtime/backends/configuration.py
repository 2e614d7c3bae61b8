"""The old ``configuration`` of a backend, made from its target.

Official clients build their backend object from this dictionary; what they insist on
is the reason for most of the keys.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from program_runtime.backends.catalog import shipped

if TYPE_CHECKING:
    from qiskit.circuit import Instruction
    from qiskit.providers import BackendV2
    from qiskit.transpiler import Target

__all__ = ["configuration_of"]

_DEFAULT_MAX_SHOTS = 100_000
_AER_MAX_SHOTS = 1_000_000
_DEFAULT_MAX_CIRCUITS = 300
_UNKNOWN_DATE = "1970-01-01T00:00:00+00:00"
_CONTROL_FLOW = ("if_else", "for_loop", "while_loop", "switch_case")
_SMALL_GATE_QUBITS = 3


def configuration_of(backend: BackendV2) -> dict[str, Any]:
    """Describe a backend in the form of a ``QasmBackendConfiguration``.

    Args:
        backend: Any Qiskit backend.

    Returns:
        A dictionary that ``json.dumps`` takes; ``dt`` is in nanoseconds.
    """
    target = backend.target
    num_qubits = target.num_qubits or 0
    gates = _gates(target)
    info = shipped(backend.name)
    instructions = _instructions(target, gates)
    configuration: dict[str, Any] = {
        "backend_name": backend.name,
        "backend_version": str(backend.backend_version or "0"),
        "n_qubits": num_qubits,
        "basis_gates": sorted(gates),
        "gates": [
            *(_gate(name, op, target) for name, op in sorted(gates.items())),
            # Retired clients fail to build a target without an entry for delay.
            {
                "name": "delay",
                "parameters": ["t"],
                "qasm_def": "",
                "coupling_map": [[qubit] for qubit in range(num_qubits)],
            },
        ],
        "supported_instructions": instructions,
        "supported_features": _features(instructions),
        "coupling_map": _coupling_map(target),
        "simulator": info.simulator if info else _says_simulator(backend),
        "local": False,
        "conditional": True,
        "open_pulse": False,
        "memory": True,
        # All that is shipped runs on Aer, which has no limit of its device's.
        "max_shots": _own(
            backend, "max_shots", _AER_MAX_SHOTS if info else _DEFAULT_MAX_SHOTS
        ),
        "max_experiments": backend.max_circuits or _DEFAULT_MAX_CIRCUITS,
        "online_date": _iso(backend.online_date),
        "description": (info.description if info else backend.description) or "",
        "input_allowed": ["job", "runtime"],
    }
    if target.dt:
        configuration["dt"] = target.dt * 1e9
        configuration["timing_constraints"] = {
            "granularity": target.granularity,
            "min_length": target.min_length,
            "pulse_alignment": target.pulse_alignment,
            "acquire_alignment": target.acquire_alignment,
        }
    return configuration


def _gates(target: Target) -> dict[str, Instruction]:
    """Keep the unitary gates of fixed, small size that clients know by name."""
    from qiskit.circuit import Gate  # noqa: PLC0415 - 0.6 s
    from qiskit.circuit.library import (  # noqa: PLC0415 - 0.6 s
        get_standard_gate_name_mapping,
    )

    standard = get_standard_gate_name_mapping()
    wired = target.build_coupling_map() is not None
    return {
        name: target.operation_from_name(name)
        for name in target.operation_names
        if (wired or name in standard)
        and isinstance(target.operation_from_name(name), Gate)
        and target.operation_from_name(name).num_qubits <= _SMALL_GATE_QUBITS
    }


def _gate(name: str, operation: Instruction, target: Target) -> dict[str, Any]:
    gate: dict[str, Any] = {
        "name": name,
        "parameters": [f"p{index}" for index in range(len(operation.params))],
        "qasm_def": "",
    }
    places = [list(qargs) for qargs in target[name] or {} if qargs is not None]
    if not places and operation.num_qubits == 1:
        places = [[qubit] for qubit in range(target.num_qubits or 0)]
    # A gate that runs between any qubits has no list: it would be all pairs.
    if places:
        gate["coupling_map"] = sorted(places)
    return gate


def _instructions(target: Target, gates: dict[str, Instruction]) -> list[str]:
    wanted = {*gates, *_CONTROL_FLOW, "measure", "reset"}
    return sorted({"delay", *wanted.intersection(target.operation_names)})


def _features(instructions: list[str]) -> list[str]:
    """Name what official clients filter backends by."""
    flows = {"if_else", "for_loop", "switch_case"}.issubset(instructions)
    return ["qasm3", "dynamic_circuits"] if flows else ["qasm3"]


def _coupling_map(target: Target) -> list[list[int]] | None:
    coupling = target.build_coupling_map()
    return None if coupling is None else sorted(map(list, coupling.get_edges()))


def _own(backend: BackendV2, key: str, default: Any) -> Any:
    """Ask the backend's own configuration, which many still have."""
    configuration = getattr(backend, "configuration", None)
    if not callable(configuration):
        return default
    return getattr(configuration(), key, default)


def _says_simulator(backend: BackendV2) -> bool:
    return bool(_own(backend, "simulator", default=False))


def _iso(date: datetime | str | None) -> str:
    if isinstance(date, datetime):
        return date.isoformat()
    return date or _UNKNOWN_DATE
