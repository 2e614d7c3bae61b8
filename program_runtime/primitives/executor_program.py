"""The executor's inputs, read and checked as a whole before anything runs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from program_runtime.primitives import executor_samplex
from program_runtime.primitives.executor_circuits import read_circuits
from program_runtime.primitives.executor_findings import Findings, UnfitError
from program_runtime.primitives.executor_tensors import read_tensor

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray
    from qiskit import QuantumCircuit

    from program_runtime.primitives.executor_versions import Version

__all__ = ["Item", "QuantumProgram", "read_program"]

_LEVELS: Final = ("kerneled", "avg_kerneled", "both")
_AUTO: Final = "auto"

# Results are held as one byte a bit before they are packed.
_MOST_BITS: Final = 2**30
_MOST_ELEMENTS: Final = 10_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A circuit with its parameter values, or with what draws them."""

    circuit: QuantumCircuit
    shape: tuple[int, ...]
    arguments: NDArray[Any] | None = None
    """Shape ``(*shape, parameters)``; None if a samplex draws them."""
    samplex: Any = None
    samplex_inputs: Any = None

    @property
    def size(self) -> int:
        """How many executions the item asks for."""
        return math.prod(self.shape)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuantumProgram:
    """Everything to run, checked."""

    shots: int
    items: tuple[Item, ...]
    chunk_sizes: tuple[int, ...] | None
    """Most elements of each item in one call of the backend; None if that is ours."""
    passthrough: Any = None
    role: str | None = None


def read_program(
    value: Mapping[str, Any], version: Version, *, max_shots: int
) -> QuantumProgram:
    """Read ``quantum_program``.

    Args:
        value: As the client sent it; its schema was checked.
        version: The version that it is in.
        max_shots: Most that the backend takes.

    Raises:
        BadInputsError: Something does not fit; the message lists all of it.
    """
    found = Findings()
    entries = value["items"]
    circuits = _circuits(value, version, found)
    items = []
    for index, (entry, circuit) in enumerate(zip(entries, circuits, strict=True)):
        with found.at(f"quantum_program.items[{index}]"):
            if circuit is not None:
                items.append(_item(entry, circuit, version))
    with found.at("quantum_program.items"):
        chunk_sizes = _chunk_sizes(entries)
    with found.at("quantum_program.shots"):
        shots = _shots(value["shots"], items, max_shots)
    with found.at("quantum_program.meas_level"):
        _check_level(value.get("meas_level", "classified"))
    found.check()
    return QuantumProgram(
        shots=shots,
        items=tuple(items),
        chunk_sizes=chunk_sizes,
        passthrough=value.get("passthrough_data"),
        role=value.get("semantic_role"),
    )


def _circuits(
    value: Mapping[str, Any], version: Version, found: Findings
) -> Sequence[QuantumCircuit | None]:
    """One circuit for each item; None for one that can not be read."""
    entries = value["items"]
    if version.circuits_inside:
        circuits: list[QuantumCircuit | None] = [None] * len(entries)
        for index, entry in enumerate(entries):
            with found.at(f"quantum_program.items[{index}].circuit"):
                circuits[index] = _only(entry.get("circuit"))
        return circuits
    with found.at("quantum_program.circuits"):
        read = read_circuits(value.get("circuits") or {}, compressed=version.compressed)
        if len(read) != len(entries):
            raise UnfitError(
                f"there are {len(read)} circuits for {len(entries)} items, "
                "expected one for each"
            )
        return read
    return [None] * len(entries)


def _only(value: Mapping[str, Any] | None) -> QuantumCircuit:
    circuits = read_circuits(value or {}, compressed=False)
    if len(circuits) != 1:
        raise UnfitError(f"the payload holds {len(circuits)} circuits, expected one")
    return circuits[0]


def _item(entry: Mapping[str, Any], circuit: QuantumCircuit, version: Version) -> Item:
    if entry["item_type"] == "samplex":
        return _samplex_item(entry, circuit, version)
    tensor = entry.get("circuit_arguments") or {}
    arguments = read_tensor(tensor, compressed=version.compressed)
    if arguments.dtype != np.float64:
        raise UnfitError(f"circuit_arguments are {tensor['dtype']}, expected f64")
    last = arguments.shape[-1] if arguments.ndim else 0
    if last != circuit.num_parameters or not arguments.ndim:
        raise UnfitError(
            f"circuit_arguments have shape {list(arguments.shape)}, but the circuit "
            f"{circuit.name!r} has {circuit.num_parameters} parameters; the last axis "
            "is over them"
        )
    if not np.isfinite(arguments).all():
        raise UnfitError("circuit_arguments hold a value that is no finite number")
    shape = _broadcast(entry.get("shape"), arguments.shape[:-1])
    return Item(
        circuit=circuit,
        shape=shape,
        arguments=np.broadcast_to(arguments, (*shape, last)),
    )


def _samplex_item(
    entry: Mapping[str, Any], circuit: QuantumCircuit, version: Version
) -> Item:
    samplex = executor_samplex.read_samplex(
        entry.get("samplex") or {}, newest=version.newest_samplex
    )
    drawn = executor_samplex.parameter_count(samplex)
    if drawn != circuit.num_parameters:
        raise UnfitError(
            f"the samplex draws {drawn} parameters, but the circuit {circuit.name!r} "
            f"has {circuit.num_parameters}"
        )
    inputs = executor_samplex.bind_arguments(
        samplex, entry.get("samplex_arguments") or {}, compressed=version.compressed
    )
    shape = _broadcast(entry.get("shape"), tuple(inputs.shape))
    executor_samplex.check_room(samplex, shape)
    return Item(
        circuit=circuit,
        shape=shape,
        samplex=samplex,
        samplex_inputs=inputs,
    )


def _broadcast(wanted: Any, given: tuple[int, ...]) -> tuple[int, ...]:
    shape = tuple(wanted or ())
    room = math.prod(length or 1 for length in shape)
    if room > _MOST_ELEMENTS:
        raise UnfitError(
            f"its shape {list(shape)} asks for {room} executions, "
            f"the limit is {_MOST_ELEMENTS}"
        )
    try:
        return np.broadcast_shapes(shape, given)
    except ValueError:
        raise UnfitError(
            f"its shape {list(shape)} does not go with that of its arguments, "
            f"{list(given)}"
        ) from None


def _chunk_sizes(entries: Sequence[Mapping[str, Any]]) -> tuple[int, ...] | None:
    sizes = [entry.get("chunk_size", _AUTO) for entry in entries]
    given = [size for size in sizes if size != _AUTO]
    if not given:
        return None
    if len(given) != len(sizes):
        raise UnfitError(
            f"chunk_size is a number for {len(given)} of {len(sizes)} items and 'auto' "
            "for the others, expected the same kind for all"
        )
    return tuple(given)


def _shots(shots: int, items: Sequence[Item], most: int) -> int:
    if not 1 <= shots <= most:
        raise UnfitError(f"{shots} shots are asked for, the backend takes 1 to {most}")
    bits = sum(shots * item.size * item.circuit.num_clbits for item in items)
    if bits > _MOST_BITS:
        raise UnfitError(
            f"{shots} shots of all items give {bits} measured bits, the limit is "
            f"{_MOST_BITS}",
            hint="split the program into several",
        )
    return shots


def _check_level(level: str) -> None:
    if level in _LEVELS:
        raise UnfitError(
            f"the level is {level!r}, the executor gives 'classified' results only"
        )
