"""A backend's target, made from its configuration and properties.

Whoever has only the description of a device, and not its provider's package, can
transpile for it with this.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from qiskit.circuit import (
    Delay,
    ForLoopOp,
    Gate,
    IfElseOp,
    Measure,
    Parameter,
    Reset,
    SwitchCaseOp,
    WhileLoopOp,
)
from qiskit.circuit.library import get_standard_gate_name_mapping
from qiskit.providers import QubitProperties
from qiskit.transpiler import InstructionProperties, Target

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping, Sequence

    from qiskit.circuit import Instruction

__all__ = ["target_of"]

_CONTROL_FLOW: Final = {
    "for_loop": ForLoopOp,
    "if_else": IfElseOp,
    "switch_case": SwitchCaseOp,
    "while_loop": WhileLoopOp,
}
_UNITS: Final = {
    "s": 1.0,
    "ms": 1e-3,
    "us": 1e-6,
    "µs": 1e-6,
    "ns": 1e-9,
    "GHz": 1e9,
    "MHz": 1e6,
    "": 1.0,
}
_QUBIT: Final = ""
"""No gate's name."""


def target_of(
    configuration: Mapping[str, Any], properties: Mapping[str, Any] | None = None
) -> Target:
    """Make a target.

    Args:
        configuration: As ``configuration_of`` writes it, or an official service.
        properties: As ``properties_of`` writes it; without it nothing is known of
            errors and times. What they say does not work is left out.

    Returns:
        What the transpiler needs.
    """
    properties = properties or {}
    num_qubits = int(configuration["n_qubits"])
    qubits = [_values(entry) for entry in properties.get("qubits", ())]
    target = Target(
        description=configuration.get("description"),
        num_qubits=num_qubits,
        dt=configuration["dt"] * 1e-9 if configuration.get("dt") else None,
        qubit_properties=(
            [_qubit(known) for known in qubits] if len(qubits) == num_qubits else None
        ),
        **configuration.get("timing_constraints", {}),
    )
    broken = _broken(properties, qubits)
    known_gates = _known_gates(properties)
    for gate in configuration["gates"]:
        if gate["name"] != "delay":
            _add_gate(target, gate, known_gates, broken)
    _add_others(target, configuration, qubits)
    return target


def _add_gate(
    target: Target,
    gate: Mapping[str, Any],
    known: Mapping[tuple[str, tuple[int, ...]], InstructionProperties],
    broken: Container[tuple[str, tuple[int, ...]]],
) -> None:
    name = gate["name"]
    places = [tuple(place) for place in gate.get("coupling_map") or ()]
    operation = _operation(name, gate, len(places[0]) if places else None)
    if operation is None:
        return
    working = {
        place: known.get((name, place))
        for place in places
        if (name, place) not in broken
        and not any((_QUBIT, (qubit,)) in broken for qubit in place)
    }
    # Without a list it runs between any qubits.
    target.add_instruction(operation, working if places else None, name=name)


def _broken(
    properties: Mapping[str, Any], qubits: Sequence[Mapping[str, float]]
) -> set[tuple[str, tuple[int, ...]]]:
    """The gates, and under ``_QUBIT`` the qubits, that are out of order."""
    gates = {
        (gate["gate"], tuple(gate["qubits"]))
        for gate in properties.get("gates", ())
        if _is_broken(_values(gate["parameters"]))
    }
    places = {
        (_QUBIT, (place,)) for place, known in enumerate(qubits) if _is_broken(known)
    }
    return gates | places


def _is_broken(known: Mapping[str, float]) -> bool:
    return known.get("operational") == 0


def _operation(
    name: str, gate: Mapping[str, Any], num_qubits: int | None
) -> Instruction | None:
    """The gate of this name; None for one of unknown size."""
    standard = get_standard_gate_name_mapping().get(name)
    if standard is not None or num_qubits is None:
        return standard
    parameters = [Parameter(word) for word in gate.get("parameters", ())]
    return Gate(name, num_qubits, parameters)


def _add_others(
    target: Target,
    configuration: Mapping[str, Any],
    qubits: Iterable[Mapping[str, float]],
) -> None:
    """Add what is no gate: measurement, reset, delay, control flow."""
    supported = configuration.get("supported_instructions") or ("delay", "measure")
    known = dict(enumerate(qubits))
    places = [
        place
        for place in range(target.num_qubits or 0)
        if not _is_broken(known.get(place, {}))
    ]
    if "measure" not in target.operation_names:
        readout = {
            (place,): InstructionProperties(
                duration=known.get(place, {}).get("readout_length"),
                error=known.get(place, {}).get("readout_error"),
            )
            for place in places
        }
        target.add_instruction(Measure(), readout)
    for name, operation in (("reset", Reset()), ("delay", Delay(Parameter("t")))):
        if name in supported and name not in target.operation_names:
            target.add_instruction(operation, {(place,): None for place in places})
    for name, kind in _CONTROL_FLOW.items():
        if name in supported:
            target.add_instruction(kind, name=name)


def _known_gates(
    properties: Mapping[str, Any],
) -> dict[tuple[str, tuple[int, ...]], InstructionProperties]:
    found = {}
    for gate in properties.get("gates", ()):
        values = _values(gate["parameters"])
        found[gate["gate"], tuple(gate["qubits"])] = InstructionProperties(
            duration=values.get("gate_length"), error=values.get("gate_error")
        )
    return found


def _qubit(values: Mapping[str, float]) -> QubitProperties:
    return QubitProperties(
        t1=values.get("T1"), t2=values.get("T2"), frequency=values.get("frequency")
    )


def _values(entries: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    """Name to value, in seconds and hertz."""
    return {
        entry["name"]: entry["value"] * _UNITS.get(entry.get("unit", ""), 1.0)
        for entry in entries
    }
