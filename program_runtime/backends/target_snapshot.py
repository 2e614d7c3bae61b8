"""A target as JSON and back, so that circuits come out of the transpiler alike.

`program_runtime.backends.target` makes a target from what an official service tells of
a device, which is less. A snapshot holds all that the transpiler looks at; a machine
without the simulator, or without the provider's package, can transpile with it.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

from qiskit.circuit import (
    BreakLoopOp,
    ContinueLoopOp,
    ForLoopOp,
    Gate,
    IfElseOp,
    Instruction,
    Parameter,
    ParameterExpression,
    SwitchCaseOp,
    WhileLoopOp,
)
from qiskit.circuit.library import get_standard_gate_name_mapping
from qiskit.providers import QubitProperties
from qiskit.transpiler import CouplingMap, InstructionProperties, Target

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["snapshot_of", "target_from"]

_EACH: Final = "each qubit"
_TIMES: Final = ("granularity", "min_length", "pulse_alignment", "acquire_alignment")
_CLASSES: Final[Mapping[str, type[Instruction]]] = {
    "break_loop": BreakLoopOp,
    "continue_loop": ContinueLoopOp,
    "for_loop": ForLoopOp,
    "if_else": IfElseOp,
    "switch_case": SwitchCaseOp,
    "while_loop": WhileLoopOp,
}


def snapshot_of(target: Target) -> dict[str, Any]:
    """Write a target down.

    Args:
        target: Of any backend; calibrations of pulses are left out.

    Returns:
        A dictionary that ``json.dumps`` takes, the same for the same target: Aer keeps
        its instructions in the order of a set. Times are in seconds.
    """
    return {
        "description": target.description,
        "num_qubits": target.num_qubits,
        "dt": target.dt,
        "times": {name: getattr(target, name) for name in _TIMES},
        "qubits": _qubits(target),
        "meas_map": target.concurrent_measurements,
        "wires": _wires(target),
        "operations": {
            name: _operation(target, name) for name in sorted(target.operation_names)
        },
    }


def target_from(snapshot: Mapping[str, Any]) -> Target:
    """Make a target again.

    Args:
        snapshot: As ``snapshot_of`` wrote it.

    Returns:
        One for which the transpiler makes the circuits that it made for the first.
    """
    known = snapshot["qubits"]
    target = Target(
        description=snapshot["description"],
        num_qubits=snapshot["num_qubits"],
        dt=snapshot["dt"],
        qubit_properties=None if known is None else [_qubit(each) for each in known],
        concurrent_measurements=snapshot["meas_map"],
        **snapshot["times"],
    )
    for name, written in snapshot["operations"].items():
        places = _places(written.get("on"), target.num_qubits or 0)
        target.add_instruction(_made(name, written), places, name=name)
    if snapshot["wires"]:
        # Nothing public sets it; Aer does the same.
        target._coupling_graph = CouplingMap(snapshot["wires"]).graph  # noqa: SLF001
    return target


def _wires(target: Target) -> list[list[int]] | None:
    """Find those that no gate's places tell: Aer may have wires without any."""
    wires = target.build_coupling_map()
    told = {
        place
        for name in target.operation_names
        for place in target[name] or ()
        if place is not None
    }
    if wires is None or told.issuperset(wires.get_edges()):
        return None
    return sorted(map(list, wires.get_edges()))


def _qubits(target: Target) -> list[list[float | None] | None] | None:
    known = target.qubit_properties
    if not known:
        return None
    return [each and [each.t1, each.t2, each.frequency] for each in known]


def _qubit(values: list[float | None] | None) -> QubitProperties | None:
    if values is None:
        return None
    t1, t2, frequency = values
    return QubitProperties(t1=t1, t2=t2, frequency=frequency)


def _operation(target: Target, name: str) -> dict[str, Any]:
    operation = target.operation_from_name(name)
    if isinstance(operation, type):
        return {}  # of any number of qubits, anywhere
    written: dict[str, Any] = {}
    if any(not isinstance(each, Parameter) for each in operation.params):
        written["params"] = [_param(each) for each in operation.params]
    if name not in _standard():
        written["params"] = [_param(each) for each in operation.params]
        written["size"] = [operation.num_qubits, operation.num_clbits]
    on = _on(target, name)
    if on is not None:
        written["on"] = on
    elif not written:
        written["on"] = None
    return written


def _on(target: Target, name: str) -> dict[str, Any] | str | None:
    places = target[name]
    if places is None or None in places:
        return None
    each = [(qubit,) for qubit in range(target.num_qubits or 0)]
    if sorted(places) == each and not any(places.values()):
        return _EACH
    return {
        " ".join(map(str, place)): known and [known.duration, known.error]
        for place, known in sorted(places.items())
    }


def _param(value: Any) -> float | str:
    return str(value) if isinstance(value, ParameterExpression) else float(value)


def _made(name: str, written: Mapping[str, Any]) -> Instruction | type[Instruction]:
    if not written:
        # Whatever it is here: the transpiler asks for its name alone.
        return _CLASSES.get(name, Instruction)
    params = [
        Parameter(each) if isinstance(each, str) else each
        for each in written.get("params", ())
    ]
    standard = _standard().get(name)
    if standard is not None:
        return standard.base_class(*params) if params else standard
    qubits, clbits = written["size"]
    if clbits:
        return Instruction(name, qubits, clbits, params)
    return Gate(name, qubits, params)


def _places(
    on: Mapping[str, Any] | str | None, num_qubits: int
) -> dict[tuple[int, ...], InstructionProperties | None] | None:
    if on is None:
        return None
    if isinstance(on, str):
        return {(qubit,): None for qubit in range(num_qubits)}
    return {
        tuple(map(int, place.split())): known
        and InstructionProperties(duration=known[0], error=known[1])
        for place, known in on.items()
    }


@cache
def _standard() -> Mapping[str, Instruction]:
    known: Mapping[str, Instruction] = get_standard_gate_name_mapping()
    return known
