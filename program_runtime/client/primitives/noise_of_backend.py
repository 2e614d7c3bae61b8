"""A simulator that behaves like a backend."""

from __future__ import annotations

from typing import Any

__all__ = ["options_like"]


def options_like(backend: Any) -> dict[str, Any]:
    """Simulator options with the noise, coupling map and gates of a backend."""
    from qiskit_aer.noise import NoiseModel  # noqa: PLC0415 - 0.4 s

    return {
        "noise_model": NoiseModel.from_backend(backend),
        "coupling_map": backend.coupling_map,
        "basis_gates": [
            name for name in backend.operation_names if name not in _NO_GATES
        ],
    }


_NO_GATES = frozenset(
    {"measure", "reset", "delay", "if_else", "for_loop", "while_loop", "switch_case"}
)
