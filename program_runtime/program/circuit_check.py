"""Whether circuits fit a backend, told before they run.

A simulator that stands for a device would quietly run a gate between qubits that the
device does not connect, and without noise. A real device refuses it, so this does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from program_runtime.errors import UnsupportedCircuitError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qiskit import QuantumCircuit
    from qiskit.providers import BackendV2

__all__ = ["check_circuits"]

_DIRECTIVES = frozenset({"barrier"})
_HINT = "Transpile it for the backend first: transpile(circuit, backend)."


def check_circuits(circuits: Iterable[QuantumCircuit], backend: BackendV2) -> None:
    """Refuse what the backend would refuse, or get wrong.

    Args:
        circuits: What the program wants to run.
        backend: Where it wants to run them.

    Raises:
        UnsupportedCircuitError: An instruction is not the backend's, or not on these
            qubits. The message names the circuit, the instruction and the qubits.
    """
    names = _DIRECTIVES.union(backend.target.operation_names)
    wired = backend.target.build_coupling_map() is not None
    for index, circuit in enumerate(circuits):
        for name in circuit.count_ops():
            if name not in names:
                raise UnsupportedCircuitError(
                    f"Circuit {index} ({circuit.name!r}) uses {name!r}, which "
                    f"{backend.name!r} does not run.",
                    hint=_HINT,
                )
        if wired:
            _check_places(index, circuit, backend)


def _check_places(index: int, circuit: QuantumCircuit, backend: BackendV2) -> None:
    target = backend.target
    if circuit.num_qubits > target.num_qubits:
        raise UnsupportedCircuitError(
            f"Circuit {index} ({circuit.name!r}) has {circuit.num_qubits} qubits, "
            f"{backend.name!r} has {target.num_qubits}."
        )
    place = {bit: number for number, bit in enumerate(circuit.qubits)}
    seen = {
        (item.operation.name, tuple(place[bit] for bit in item.qubits))
        for item in circuit.data
    }
    for name, qubits in sorted(seen):
        if name not in _DIRECTIVES and not target.instruction_supported(name, qubits):
            raise UnsupportedCircuitError(
                f"Circuit {index} ({circuit.name!r}) uses {name!r} on qubits "
                f"{qubits}, where {backend.name!r} does not have it.",
                hint=_HINT,
            )
