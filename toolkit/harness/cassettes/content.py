"""What a circuit does, as text and numbers: the key under which a tape finds it.

The text holds gates and where they act; every number that a gate takes is apart from
it, because numbers that are computed differ in the last bit from one machine to the
next. Names of circuits, registers and parameters are left out, and so are metadata,
layout and the global phase, which no measurement shows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from qiskit.circuit import (
    ClassicalRegister,
    Clbit,
    ControlledGate,
    Gate,
    Instruction,
    ParameterExpression,
    QuantumCircuit,
)
from qiskit.circuit.classical import expr

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from qiskit.circuit import CircuitInstruction

__all__ = ["NUMBER", "Content", "content_of"]

_WORD = re.compile(r"[^\W\d]\w*(?:\[\d+\])?")
_LONG = re.compile(r"\d+\.\d{10,}(?:e[-+]?\d+)?")
NUMBER = "%"
"""Stands in the text for a number, with a shape behind it for several."""
_BLOCK = "  "


@dataclass(frozen=True, slots=True)
class Content:
    """One circuit."""

    lines: tuple[str, ...]
    """Size, then an instruction a line, ``%`` in place of each number."""
    numbers: tuple[float, ...]
    """In the order of their places; angles in radians."""


def content_of(circuit: QuantumCircuit) -> Content:
    """Read a circuit.

    Args:
        circuit: As it goes to a backend; parameters that are not bound stand in the
            text as ``p0``, ``p1`` in the circuit's own order.

    Returns:
        The same for the same circuit, in any process and on any machine, but for the
        last bits of the numbers.
    """
    reader = _Reader(circuit)
    size = f"{circuit.num_qubits} qubits, {circuit.num_clbits} bits"
    lines = (size, *reader.lines(circuit, "", _places(circuit)))
    return Content(lines, tuple(reader.numbers))


def _places(circuit: QuantumCircuit) -> dict[Any, int]:
    return {
        **{bit: place for place, bit in enumerate(circuit.qubits)},
        **{bit: place for place, bit in enumerate(circuit.clbits)},
    }


class _Reader:
    """Walks through a circuit and collects its numbers on the way."""

    def __init__(self, circuit: QuantumCircuit) -> None:
        self.numbers: list[float] = []
        self._names = {
            parameter.name: f"p{place}"
            for place, parameter in enumerate(circuit.parameters)
        }

    def lines(
        self, circuit: QuantumCircuit, indent: str, places: Mapping[Any, int]
    ) -> Iterator[str]:
        for item in circuit.data:
            operation = item.operation
            words, blocks = self._words(operation, places)
            yield f"{indent}{words}{_where(item, places)}"
            for block in blocks:
                inner = _inner(block, item, places, own=operation.name in _FLOWS)
                yield from self.lines(block, indent + _BLOCK, inner)
                yield f"{indent}end"

    def _words(
        self, operation: Any, places: Mapping[Any, int]
    ) -> tuple[str, list[QuantumCircuit]]:
        """Name and parameters; the circuits inside of it."""
        if type(operation) in {Gate, Instruction, ControlledGate}:
            definition = operation.definition
            if definition is not None:
                # The name of such a block often comes from a counter.
                return "block", [definition]
        name = operation.name
        if name in _FLOWS:
            return self._flow(operation, places), list(operation.blocks)
        if name == "delay":
            name = f"delay[{operation.unit}]"
        params = [self._param(each) for each in getattr(operation, "params", ())]
        return f"{name}({', '.join(params)})" if params else name, []

    def _flow(self, operation: Any, places: Mapping[Any, int]) -> str:
        name = str(operation.name)
        if name == "for_loop":
            indices, _, _ = operation.params
            return f"{name} {list(indices)}"
        if name == "switch_case":
            labels = [
                [str(label) for label in group]
                for group, _ in operation.cases_specifier()
            ]
            return f"{name} {_condition(operation.target, places)} {labels}"
        condition = getattr(operation, "condition", None)
        return name if condition is None else f"{name} {_condition(condition, places)}"

    def _param(self, value: Any) -> str:
        if isinstance(value, ParameterExpression):
            if value.parameters:
                return self._expression(value)
            value = value.numeric()
        if isinstance(value, str):
            return value
        array = np.asarray(value)
        if array.dtype.kind not in "biufc":
            return type(value).__name__
        if array.dtype.kind == "c":
            # Real and imaginary parts, side by side.
            array = np.stack([array.real, array.imag], axis=-1)
        self.numbers += map(float, array.ravel().tolist())
        return f"{NUMBER} {'x'.join(map(str, array.shape))}".rstrip()

    def _expression(self, value: ParameterExpression) -> str:
        """Write one that is not bound, its constants without their last digits."""
        text = _WORD.sub(lambda word: self._names.get(word[0], word[0]), str(value))
        return _LONG.sub(lambda number: f"{float(number[0]):.10g}", text)


_FLOWS = frozenset({"box", "for_loop", "if_else", "switch_case", "while_loop"})


def _where(item: CircuitInstruction, places: Mapping[Any, int]) -> str:
    qubits = [places[bit] for bit in item.qubits]
    bits = [places[bit] for bit in item.clbits]
    if item.operation.name in _FLOWS:
        # Their builders take bits out of a set; the blocks say what is where.
        qubits, bits = sorted(qubits), sorted(bits)
    text = "".join(f" {qubit}" for qubit in qubits)
    return f"{text} ->{''.join(f' {bit}' for bit in bits)}" if bits else text


def _inner(
    block: QuantumCircuit,
    item: CircuitInstruction,
    places: Mapping[Any, int],
    *,
    own: bool,
) -> dict[Any, int]:
    """Where a block's bits are in the whole circuit; a definition counts its own."""
    if not own:
        return _places(block)
    bits = [*zip(block.qubits, item.qubits, strict=True)]
    bits += zip(block.clbits, item.clbits, strict=True)
    return {**places, **{inside: places[outside] for inside, outside in bits}}


def _condition(condition: Any, places: Mapping[Any, int]) -> str:
    if isinstance(condition, tuple):
        bits, value = condition
        return f"{_bits(bits, places)} == {int(value)}"
    if isinstance(condition, expr.Expr):
        return _expression(condition, places)
    return _bits(condition, places)


def _bits(bits: Clbit | ClassicalRegister, places: Mapping[Any, int]) -> str:
    if isinstance(bits, ClassicalRegister):
        return str([places.get(bit, "?") for bit in bits])
    return str([places.get(bits, "?")])


def _expression(node: Any, places: Mapping[Any, int]) -> str:
    """Write a classical expression without the names of its registers."""
    match node:
        case expr.Var(var=Clbit() | ClassicalRegister() as bits):
            text = _bits(bits, places)
        case expr.Var():
            text = f"var {node.name}"
        case expr.Value():
            text = str(node.value)
        case expr.Binary():
            text = _call(node.op.name, (node.left, node.right), places)
        case expr.Index():
            text = _call("INDEX", (node.target, node.index), places)
        case expr.Unary():
            text = _call(node.op.name, (node.operand,), places)
        case expr.Cast():
            text = _call(f"CAST {node.type}", (node.operand,), places)
        case _:
            text = type(node).__name__
    return text


def _call(name: str, parts: Iterable[Any], places: Mapping[Any, int]) -> str:
    return f"{name}({', '.join(_expression(part, places) for part in parts)})"
