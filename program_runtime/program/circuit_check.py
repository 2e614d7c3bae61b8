"""Whether circuits fit a backend, told before they run.

A simulator that stands for a device would quietly run a gate between qubits that the
device does not connect, and without noise. A real device refuses it, so this does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from qiskit.circuit.library import get_standard_gate_name_mapping

from program_runtime.errors import UnsupportedCircuitError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qiskit import QuantumCircuit
    from qiskit.providers import BackendV2

__all__ = ["CircuitCheck", "check_of", "forget_check", "takes_standard_gates"]

_DIRECTIVES = frozenset({"barrier"})
_HINT = "Transpile it for the backend first: transpile(circuit, backend)."


class CircuitCheck:
    """Refuse what the backend would refuse, or get wrong.

    Made once for a backend: Aer builds its target anew at every look.

    Args:
        backend: Where circuits are to run.
    """

    def __init__(self, backend: BackendV2) -> None:
        self._backend_name = backend.name
        self._target = backend.target
        self._wired = self._target.build_coupling_map() is not None
        self._names = _DIRECTIVES.union(self._target.operation_names)
        if takes_standard_gates(backend):
            self._names |= get_standard_gate_name_mapping().keys()

    def __call__(self, circuits: Iterable[QuantumCircuit]) -> None:
        """Check circuits before they run.

        Args:
            circuits: What the program wants to run.

        Raises:
            UnsupportedCircuitError: An instruction is not the backend's, or not on
                these qubits. The message names circuit, instruction and qubits.
        """
        for index, circuit in enumerate(circuits):
            for name in circuit.count_ops():
                if name not in self._names:
                    raise UnsupportedCircuitError(
                        f"Circuit {index} ({circuit.name!r}) uses {name!r}, which "
                        f"{self._backend_name!r} does not run.",
                        hint=_HINT,
                    )
            if self._wired:
                self._check_places(index, circuit)

    def _check_places(self, index: int, circuit: QuantumCircuit) -> None:
        target = self._target
        if circuit.num_qubits > target.num_qubits:
            raise UnsupportedCircuitError(
                f"Circuit {index} ({circuit.name!r}) has {circuit.num_qubits} qubits, "
                f"{self._backend_name!r} has {target.num_qubits}."
            )
        place = {bit: number for number, bit in enumerate(circuit.qubits)}
        seen = {
            (item.operation.name, tuple(place[bit] for bit in item.qubits))
            for item in circuit.data
        }
        for name, qubits in sorted(seen):
            if name not in _DIRECTIVES and not target.instruction_supported(
                name, qubits
            ):
                raise UnsupportedCircuitError(
                    f"Circuit {index} ({circuit.name!r}) uses {name!r} on qubits "
                    f"{qubits}, where {self._backend_name!r} does not have it.",
                    hint=_HINT,
                )


def takes_standard_gates(backend: BackendV2) -> bool:
    """Tell whether a backend runs more gates than its target has.

    A noise model narrows Aer's target to its own basis, but Aer runs the other gates
    too, without noise; error mitigation relies on that.

    Args:
        backend: Any Qiskit backend.
    """
    told = getattr(backend, "standard_gates", None)
    if told is not None:
        return bool(told)
    wired = backend.target.build_coupling_map() is not None
    return not wired and bool(getattr(backend.options, "noise_model", None))


_checks: WeakKeyDictionary[BackendV2, CircuitCheck] = WeakKeyDictionary()


def check_of(backend: BackendV2) -> CircuitCheck:
    """Return the check of a backend, made at the first look.

    Args:
        backend: Where circuits are to run.
    """
    check = _checks.get(backend)
    if check is None:
        check = _checks[backend] = CircuitCheck(backend)
    return check


def forget_check(backend: BackendV2) -> None:
    """Look anew at the next circuit: a noise model changes what Aer says of itself."""
    _checks.pop(backend, None)
