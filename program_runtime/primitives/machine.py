"""What a primitive has to know of the backend that it runs on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast
from weakref import WeakKeyDictionary

from program_runtime.backends.catalog import shipped
from program_runtime.errors import UnsupportedCircuitError
from program_runtime.program.circuit_check import CircuitCheck

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from qiskit import QuantumCircuit
    from qiskit.providers import BackendV2
    from qiskit.transpiler import Target

    from program_runtime.program import ProgramBackend

__all__ = ["Machine", "constrained", "machine_of"]

_AER_MAX_SHOTS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """A backend, as seen by a primitive."""

    name: str
    target: Target
    check: CircuitCheck
    """Raises ``UnsupportedCircuitError``."""
    is_aer: bool
    """Takes the options of a simulator, such as a seed and a noise model."""
    is_ideal: bool
    """Knows expectation values without measuring."""
    is_simulator: bool
    """Runs any circuit: what does not fit is transpiled, not refused."""
    max_shots: int
    max_circuits: int | None
    identity: Hashable
    """Equal for backends that transpile alike."""

    def runs(self, circuit: QuantumCircuit) -> bool:
        """Tell whether a circuit can run as it is."""
        try:
            self.check([circuit])
        except UnsupportedCircuitError:
            return False
        return True


_known: WeakKeyDictionary[BackendV2, Machine] = WeakKeyDictionary()
_most_shots: dict[str, int] = {}


def machine_of(backend: ProgramBackend) -> Machine:
    """Look at a backend, once, however many jobs of a session have it.

    Args:
        backend: What ``main`` was given.
    """
    machine = _known.get(backend.device)
    if machine is None:
        machine = _known[backend.device] = _look_at(backend)
    return machine


def constrained(
    machine: Machine,
    *,
    basis_gates: Sequence[str] | None = None,
    coupling_map: Sequence[Sequence[int]] | None = None,
) -> Machine:
    """Return a simulator that is to be as narrow as a device.

    Args:
        machine: The simulator.
        basis_gates: The gates that circuits may have; None is any.
        coupling_map: The pairs of qubits that two-qubit gates may have.
    """
    from qiskit.transpiler import CouplingMap, Target  # noqa: PLC0415 - rarely needed

    if basis_gates is None and coupling_map is None:
        return machine
    edges = None
    num_qubits = machine.target.num_qubits
    if coupling_map is not None:
        edges = [(int(pair[0]), int(pair[1])) for pair in coupling_map]
        num_qubits = 1 + max((max(edge) for edge in edges), default=0)
    names = sorted({*(basis_gates or _gate_names(machine)), "measure", "reset"})
    target = Target.from_configuration(
        basis_gates=[*names, "delay"],
        num_qubits=num_qubits,
        coupling_map=None if edges is None else CouplingMap(edges),
    )
    return replace(
        machine,
        target=target,
        check=_check(machine.name, target),
        identity=(
            machine.identity,
            tuple(names),
            None if edges is None else tuple(edges),
        ),
    )


def _gate_names(machine: Machine) -> list[str]:
    """The gates of at most two qubits, which a coupling map can place."""
    from qiskit.circuit.library import (  # noqa: PLC0415 - rarely needed
        get_standard_gate_name_mapping,
    )

    standard = get_standard_gate_name_mapping()
    most = 2
    return [
        name
        for name in machine.target.operation_names
        if name in standard and standard[name].num_qubits <= most
    ]


def _check(name: str, target: Target) -> CircuitCheck:
    options = SimpleNamespace(noise_model=None)
    narrow = SimpleNamespace(name=name, target=target, options=options)
    return CircuitCheck(cast("BackendV2", narrow))


def _look_at(backend: ProgramBackend) -> Machine:
    target = backend.target
    options = backend.options
    is_aer = hasattr(options, "noise_model") and hasattr(options, "method")
    wired = target.build_coupling_map() is not None
    info = shipped(backend.name)
    look = SimpleNamespace(name=backend.name, target=target, options=options)
    return Machine(
        name=backend.name,
        target=target,
        check=CircuitCheck(cast("BackendV2", look)),
        is_aer=is_aer,
        is_ideal=is_aer and options.noise_model is None,
        is_simulator=info.simulator if info else is_aer and not wired,
        max_shots=_max_shots(backend, is_free=is_aer and not wired),
        max_circuits=backend.max_circuits,
        identity=(backend.name, target.num_qubits, _places(target, wired=wired)),
    )


def _places(target: Target, *, wired: bool) -> Hashable:
    if not wired:
        return frozenset(target.operation_names)
    return frozenset(
        (name, qargs) for name in target.operation_names for qargs in target[name] or ()
    )


def _max_shots(backend: ProgramBackend, *, is_free: bool) -> int:
    if is_free:
        return _AER_MAX_SHOTS
    # A device's configuration takes milliseconds to put together.
    if backend.name not in _most_shots:
        _most_shots[backend.name] = int(backend.configuration().max_shots)
    return _most_shots[backend.name]
