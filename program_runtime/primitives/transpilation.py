"""Circuits made ready for a backend, once for each structure and target."""

from __future__ import annotations

import logging
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, Literal

from program_runtime.primitives.structure import structure_of

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    import numpy as np
    from numpy.typing import NDArray
    from qiskit import QuantumCircuit

    from program_runtime.primitives.machine import Machine

__all__ = ["Prepared", "Recipe", "forget", "prepare", "remember"]

log = logging.getLogger(__name__)

Origin = Literal["isa", "transpiled", "cached"]

_REMEMBERED: Final = 256
_SEED: Final = 7
"""Of the transpiler: the same job twice runs the same circuits."""

_cache: OrderedDict[Hashable, Any] = OrderedDict()
_lock = Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How to transpile."""

    level: int | None = None
    """None refuses what a device does not run as it is."""
    skip: bool = False
    """Run circuits as they are."""
    initial_layout: tuple[int, ...] | None = None
    layout_method: str | None = None
    routing_method: str | None = None
    approximation_degree: float | None = None

    @property
    def places(self) -> bool:
        """Whether it says where qubits go, also for circuits that could run."""
        return self.initial_layout is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A circuit that its backend runs, parameters still open."""

    circuit: QuantumCircuit
    names: tuple[str, ...]
    """Of the original's parameters: some may be gone, and with them their values."""
    positions: tuple[int, ...]
    """Where each qubit of the original is at the end."""
    origin: Origin

    def bind(self, values: NDArray[np.float64]) -> QuantumCircuit:
        """Give the original's parameters their values, in the original's order."""
        free = self.circuit.parameters
        if not len(free):
            return self.circuit
        if len(free) == len(self.names):
            return self.circuit.assign_parameters(values)
        known = dict(zip(self.names, values, strict=True))
        return self.circuit.assign_parameters([known[each.name] for each in free])


def prepare(circuit: QuantumCircuit, machine: Machine, recipe: Recipe) -> Prepared:
    """Make a circuit run on a backend.

    Args:
        circuit: With its parameters.
        machine: The backend.
        recipe: How.

    Returns:
        The circuit itself if the backend runs it; what ``transpile`` made of it, now
        or earlier in this process.

    Raises:
        UnsupportedCircuitError: The backend does not run it, and the recipe is not
            to transpile.
    """
    names = tuple(parameter.name for parameter in circuit.parameters)
    if recipe.skip or (not recipe.places and machine.runs(circuit)):
        origin: Origin = "isa"
        made = circuit, tuple(range(circuit.num_qubits))
    elif recipe.level is None and not machine.is_simulator:
        machine.check([circuit])
        raise AssertionError  # pragma: no cover - the line above raised
    else:
        key = (structure_of(circuit), machine.identity, recipe)
        made, was_known = remember(key, lambda: _transpile(circuit, machine, recipe))
        origin = "cached" if was_known else "transpiled"
    log.info("transpilation: %s", origin)
    ready, positions = made
    return Prepared(circuit=ready, names=names, positions=positions, origin=origin)


def remember(key: Hashable, make: Callable[[], Any]) -> tuple[Any, bool]:
    """Return what was made under a key, or make it; the least used is forgotten.

    Args:
        key: Says all that it depends on.
        make: Makes it.

    Returns:
        It, and whether it was there.
    """
    with _lock:
        if key in _cache:
            _cache.move_to_end(key)
            return _cache[key], True
    made = make()
    with _lock:
        _cache[key] = made
        while len(_cache) > _REMEMBERED:
            _cache.popitem(last=False)
    return made, False


def forget() -> None:
    """Forget everything, as a new process."""
    with _lock:
        _cache.clear()


def _transpile(
    circuit: QuantumCircuit, machine: Machine, recipe: Recipe
) -> tuple[QuantumCircuit, tuple[int, ...]]:
    from qiskit import transpile  # noqa: PLC0415 - most circuits fit as they are

    level = 1 if recipe.level is None else recipe.level
    ready = transpile(
        circuit,
        target=machine.target,
        optimization_level=level,
        initial_layout=recipe.initial_layout,
        layout_method=recipe.layout_method,
        routing_method=recipe.routing_method,
        approximation_degree=recipe.approximation_degree,
        seed_transpiler=_SEED,
    )
    layout = ready.layout
    if layout is None:
        return ready, tuple(range(circuit.num_qubits))
    return ready, tuple(layout.final_index_layout(filter_ancillas=True))
