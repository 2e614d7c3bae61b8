"""The angles of ``rzz``, which devices turn by at most a right angle."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from qiskit.circuit import CONTROL_FLOW_OP_NAMES, Parameter, ParameterExpression

from program_runtime import errors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from qiskit import QuantumCircuit
    from qiskit.primitives.containers.bindings_array import BindingsArray

__all__ = ["angle_problems"]

# A little more: what is rounded up to it is still meant.
_MOST = math.pi / 2 + 1e-10
_MAY_TURN = frozenset({"rzz", *CONTROL_FLOW_OP_NAMES})
_HINT = "Add or take off whole turns, or transpile without fractional gates."


def angle_problems(
    path: str, circuit: QuantumCircuit, values: BindingsArray
) -> list[errors.Problem]:
    """The first angle out of range of each ``rzz``, bound to its values."""
    problems = []
    for angle in dict.fromkeys(_angles(circuit)):
        wrong, where = _first_wrong(angle, circuit, values)
        if wrong is not None:
            message = f"uses 'rzz' by {wrong:g}{where}; devices do 0 to pi/2"
            problems.append(errors.Problem(path=path, message=message, hint=_HINT))
    return problems


def _angles(circuit: QuantumCircuit) -> Iterator[Any]:
    if _MAY_TURN.isdisjoint(circuit.count_ops()):
        return
    for item in circuit.data:
        if item.name == "rzz":
            yield item.params[0]
        elif item.is_control_flow():
            for block in item.operation.blocks:
                yield from _angles(block)


def _first_wrong(
    angle: Any, circuit: QuantumCircuit, values: BindingsArray
) -> tuple[float | None, str]:
    if not isinstance(angle, ParameterExpression):
        return (None if _is_allowed(float(angle)) else float(angle)), ""
    places = {
        parameter: place
        for place, parameter in enumerate(circuit.parameters)
        if parameter in angle.parameters
    }
    used = list(places)
    rows = values.ravel().as_array(circuit.parameters)[:, list(places.values())]
    for row in rows:
        found = _bound(angle, used, row)
        if not _is_allowed(found):
            said = ", ".join(
                f"{parameter.name}={value:g}"
                for parameter, value in zip(used, row, strict=True)
            )
            return found, f" ({said})"
    return None, ""


def _bound(
    angle: ParameterExpression, used: list[Parameter], row: NDArray[Any]
) -> float:
    if isinstance(angle, Parameter):
        return float(row[0])
    return float(angle.bind(dict(zip(used, map(float, row), strict=True))))


def _is_allowed(angle: float) -> bool:
    return 0 <= angle <= _MOST
