"""A backend's target, built from what a service says about the backend."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qiskit.circuit import Delay, Gate, Measure, Parameter, Reset
from qiskit.circuit.controlflow import ForLoopOp, IfElseOp, SwitchCaseOp, WhileLoopOp
from qiskit.circuit.library import get_standard_gate_name_mapping
from qiskit.transpiler import InstructionProperties, QubitProperties, Target

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from program_runtime.client.backend_properties import BackendProperties

__all__ = ["build_target"]

_CONTROL_FLOW = {
    "if_else": IfElseOp,
    "for_loop": ForLoopOp,
    "switch_case": SwitchCaseOp,
    "while_loop": WhileLoopOp,
}
_NO_GATES = ("delay", "measure", "reset")
_TIMING = ("granularity", "min_length", "pulse_alignment", "acquire_alignment")


def build_target(
    configuration: Mapping[str, Any], properties: BackendProperties | None = None
) -> Target:
    """Make the target that circuits are transpiled for.

    Args:
        configuration: The configuration as the service sends it.
        properties: The calibration data, where there are any; what they say does
            not work is left out.
    """
    num_qubits = int(configuration["n_qubits"])
    timing = configuration.get("timing_constraints") or {}
    dt_ns = configuration.get("dt")
    target = Target(
        num_qubits=num_qubits,
        dt=dt_ns * 1e-9 if dt_ns else None,
        qubit_properties=_qubit_properties(num_qubits, properties),
        **{name: timing[name] for name in _TIMING if name in timing},
    )
    for operation, places in _gates(configuration):
        if places is None:
            target.add_instruction(operation)
            continue
        found = dict(_calibrated(operation.name, places, properties))
        target.add_instruction(operation, found)
    _add_the_rest(target, configuration, properties)
    return target


def _gates(
    configuration: Mapping[str, Any],
) -> Iterator[tuple[Gate, Sequence[tuple[int, ...]] | None]]:
    """The gates, each with the places where it acts; None for everywhere."""
    standard = get_standard_gate_name_mapping()
    for entry in configuration.get("gates") or ():
        name, wires = entry["name"], entry.get("coupling_map")
        if name in _NO_GATES:
            continue
        places = None if wires is None else [tuple(wire) for wire in wires]
        if name in standard:
            yield standard[name], places
        elif places:
            parameters = [Parameter(text) for text in entry.get("parameters") or ()]
            yield Gate(name, len(places[0]), parameters), places


def _calibrated(
    name: str,
    places: Sequence[tuple[int, ...]],
    properties: BackendProperties | None,
) -> Iterator[tuple[tuple[int, ...], InstructionProperties | None]]:
    for place in places:
        if properties is None:
            yield place, None
        elif properties.is_gate_operational(name, place) and all(
            map(properties.is_qubit_operational, place)
        ):
            error = properties.gate_error(name, place)
            duration = properties.gate_length(name, place)
            known = error is not None or duration is not None
            yield (
                place,
                InstructionProperties(duration, error) if known else None,
            )


def _add_the_rest(
    target: Target,
    configuration: Mapping[str, Any],
    properties: BackendProperties | None,
) -> None:
    """Add what is no gate: measure, reset, delay and control flow."""
    supported = configuration.get("supported_instructions") or ()
    working = [
        qubit
        for qubit in range(target.num_qubits)
        if properties is None or properties.is_qubit_operational(qubit)
    ]
    target.add_instruction(
        Measure(), {(qubit,): _readout(qubit, properties) for qubit in working}
    )
    target.add_instruction(
        Delay(Parameter("t")), dict.fromkeys((qubit,) for qubit in working)
    )
    if "reset" in supported:
        target.add_instruction(Reset(), dict.fromkeys((qubit,) for qubit in working))
    for name, operation in _CONTROL_FLOW.items():
        if name in supported:
            target.add_instruction(operation, name=name)


def _readout(
    qubit: int, properties: BackendProperties | None
) -> InstructionProperties | None:
    if properties is None:
        return None
    error, length = properties.readout_error(qubit), properties.readout_length(qubit)
    if error is None and length is None:
        return None
    return InstructionProperties(length, error)


def _qubit_properties(
    num_qubits: int, properties: BackendProperties | None
) -> list[QubitProperties] | None:
    if properties is None or properties.num_qubits != num_qubits:
        return None
    return [
        QubitProperties(
            t1=properties.t1(qubit),
            t2=properties.t2(qubit),
            frequency=properties.frequency(qubit),
        )
        for qubit in range(num_qubits)
    ]
