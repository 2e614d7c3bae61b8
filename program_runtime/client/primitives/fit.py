"""Whether a circuit fits the backend that it is to run on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qiskit.circuit import CONTROL_FLOW_OP_NAMES

from program_runtime import errors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qiskit import QuantumCircuit
    from qiskit.transpiler import Target

    from program_runtime.client.backend import IBMBackend

__all__ = [
    "isa_problems",
    "measurement_problems",
    "require_shots",
    "shot_problems",
    "size_problems",
]

_HINT = (
    "Transpile it first: generate_preset_pass_manager(backend=backend, "
    "optimization_level=1).run(circuit)."
)
_MAY_MEASURE = frozenset({"measure", *CONTROL_FLOW_OP_NAMES})
_SHOWN = 3


def size_problems(
    path: str, circuit: QuantumCircuit, backend: IBMBackend | None
) -> list[errors.Problem]:
    """A circuit with more qubits than the backend."""
    most = backend.num_qubits if backend is not None else 0
    if not most or circuit.num_qubits <= most:
        return []
    message = f"has {circuit.num_qubits} qubits, {_name(backend)!r} has {most}"
    return [errors.Problem(path=path, message=message)]


def measurement_problems(path: str, circuit: QuantumCircuit) -> list[errors.Problem]:
    """A circuit from which nothing can be sampled."""
    if not _MAY_MEASURE.isdisjoint(circuit.count_ops()):
        return []
    message = f"measures none of its {circuit.num_qubits} qubits"
    hint = "Add measurements, for example with circuit.measure_all()."
    return [errors.Problem(path=path, message=message, hint=hint)]


def shot_problems(
    path: str, shots: int | None, backend: IBMBackend | None
) -> list[errors.Problem]:
    """More shots than the backend makes in one run."""
    if shots is None or backend is None:
        return []
    most = getattr(backend.configuration(), "max_shots", None)
    if most is None or shots <= int(most):
        return []
    message = f"{shots} is over the limit of {_name(backend)!r}, {most}"
    return [errors.Problem(path=path, message=message)]


def require_shots(shots: int | None, backend: IBMBackend | None) -> None:
    """Refuse options with more shots than the backend makes in one run.

    Raises:
        InvalidValueError: It has both numbers.
    """
    problems = shot_problems("shots", shots, backend)
    if problems:
        raise errors.InvalidValueError("Invalid options.", problems=problems)


def isa_problems(
    path: str, circuit: QuantumCircuit, target: Target
) -> list[errors.Problem]:
    """Instructions that a device does not have where the circuit wants them."""
    places = {qubit: index for index, qubit in enumerate(circuit.qubits)}
    found: dict[str, list[tuple[int, ...]]] = {}
    problems = []
    for name, qubits in sorted(set(_uses(circuit, places))):
        if name != "barrier" and not target.instruction_supported(name, qubits):
            found.setdefault(name, []).append(qubits)
    for name, where in found.items():
        shown = ", ".join(map(str, where[:_SHOWN]))
        more = f" and {len(where) - _SHOWN} more" if len(where) > _SHOWN else ""
        message = f"uses {name!r} on qubits {shown}{more}, where the device has none"
        problems.append(errors.Problem(path=path, message=message, hint=_HINT))
    return problems


def _uses(
    circuit: QuantumCircuit, places: dict[Any, int]
) -> Iterator[tuple[str, tuple[int, ...]]]:
    for item in circuit.data:
        qubits = tuple(places[qubit] for qubit in item.qubits)
        yield item.name, qubits
        if item.is_control_flow():
            for block in item.operation.blocks:
                inner = dict(zip(block.qubits, qubits, strict=True))
                yield from _uses(block, inner)


def _name(backend: IBMBackend | None) -> str:
    return "" if backend is None else str(backend.name)
