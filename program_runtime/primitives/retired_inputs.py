"""The inputs of the first primitives: circuits, indices, values, and settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from program_runtime.primitives import simulation
from program_runtime.primitives.execution import Runner
from program_runtime.primitives.machine import machine_of
from program_runtime.primitives.options import Options
from program_runtime.primitives.reader import Reader, check_shots
from program_runtime.primitives.transpilation import Prepared, Recipe, prepare

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray
    from qiskit import QuantumCircuit

    from program_runtime.primitives.machine import Machine
    from program_runtime.program import ProgramBackend

__all__ = ["Call", "Setting", "read_calls", "read_setting"]

_DEFAULT_SHOTS: Final = 4000
_DEFAULT_LEVEL: Final = 1
_TRANSPILATION: Final = "transpilation_settings"
_RUN: Final = "run_options"
_CALLS: Final = frozenset(
    {
        "circuits",
        "circuit_indices",
        "observables",
        "observable_indices",
        "parameters",
        "parameter_values",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What holds for all calls of a job."""

    options: Options
    machine: Machine
    runner: Runner
    recipe: Recipe
    shots: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One circuit with one set of values."""

    circuit: QuantumCircuit
    prepared: Prepared
    values: NDArray[np.float64]
    """In the order of ``circuit.parameters``."""


def read_setting(
    backend: ProgramBackend, inputs: Mapping[str, Any], reader: Reader
) -> Setting:
    """Read what is not about single circuits.

    Args:
        backend: What ``main`` was given.
        inputs: All of the job.
        reader: Is told what is wrong.
    """
    given = {name: value for name, value in inputs.items() if name not in _CALLS}
    options = Options(given)
    for name in ("version", "support_qiskit"):
        options.take(name)
    paths = simulation.Paths(
        noise_model=f"{_RUN}.noise_model",
        seed=f"{_RUN}.seed_simulator",
        coupling_map=f"{_TRANSPILATION}.coupling_map",
        basis_gates=f"{_TRANSPILATION}.basis_gates",
    )
    machine, settings, seed = simulation.simulator_machine(
        options, machine_of(backend), paths, noise_basis=True
    )
    settings |= simulation.run_settings(options, machine, backend, _RUN)
    shots = options.take(f"{_RUN}.shots", _DEFAULT_SHOTS)
    return Setting(
        options=options,
        machine=machine,
        runner=Runner(backend, machine, settings=settings, seed=seed),
        recipe=_recipe(options),
        shots=check_shots(reader, f"{_RUN}.shots", shots, machine.max_shots),
    )


def read_calls(
    inputs: Mapping[str, Any], setting: Setting, reader: Reader
) -> list[Call]:
    """Read circuits and their values.

    Args:
        inputs: All of the job.
        setting: What was read before.
        reader: Is told what is wrong, and raises.

    Raises:
        BadInputsError: Lists all that is wrong.
        UnsupportedCircuitError: The backend does not run a circuit as it is.
    """
    circuits = _circuits(reader, inputs.get("circuits"))
    indices = inputs.get("circuit_indices")
    chosen = range(len(circuits)) if indices is None else indices
    rows = inputs.get("parameter_values")
    if rows is None:
        rows = [[]] * len(chosen)
    if len(rows) != len(chosen):
        reader.problem(
            "parameter_values",
            f"has {len(rows)} sets of values for {len(chosen)} circuits",
        )
    orders = inputs.get("parameters")
    found = []
    for place, (index, row) in enumerate(zip(chosen, rows, strict=False)):
        if not in_range(reader, f"circuit_indices[{place}]", index, len(circuits)):
            continue
        circuit = circuits[index]
        if circuit is not None:
            order = orders[index] if orders and index < len(orders) else None
            values = _values(reader, f"parameter_values[{place}]", circuit, row, order)
            found.append((index, circuit, values))
    reader.finish()
    ready: dict[int, Prepared] = {}
    for index, circuit, _ in found:
        if index not in ready:
            ready[index] = prepare(circuit, setting.machine, setting.recipe)
    return [
        Call(circuit=circuit, prepared=ready[index], values=values)
        for index, circuit, values in found
        if values is not None
    ]


def in_range(reader: Reader, path: str, index: Any, count: int) -> bool:
    """Tell whether an index is one, and note it if not."""
    if isinstance(index, int | np.integer) and 0 <= index < count:
        return True
    reader.problem(path, f"is {index!r}, expected 0 to {count - 1}")
    return False


def _recipe(options: Options) -> Recipe:
    def take(name: str, default: Any = None) -> Any:
        return options.take(f"{_TRANSPILATION}.{name}", default)

    layout = take("initial_layout")
    return Recipe(
        level=int(take("optimization_settings.level", _DEFAULT_LEVEL)),
        skip=bool(take("skip_transpilation", default=False)),
        initial_layout=None if layout is None else tuple(map(int, layout)),
        layout_method=take("layout_method"),
        routing_method=take("routing_method"),
        approximation_degree=take("approximation_degree"),
    )


def _circuits(reader: Reader, given: Any) -> list[QuantumCircuit | None]:
    listed = given if isinstance(given, list | tuple) else [given]
    if not listed:
        reader.problem("circuits", "are empty, expected at least one circuit")
    return [
        reader.circuit(f"circuits[{index}]", each) for index, each in enumerate(listed)
    ]


def _values(
    reader: Reader,
    path: str,
    circuit: QuantumCircuit,
    row: Any,
    order: Sequence[Any] | None,
) -> NDArray[np.float64] | None:
    values = reader.values(path, circuit, row)
    if values is None:
        return None
    if values.ndim != 1:
        reader.problem(path, f"have the shape {values.shape}, expected one set")
        return None
    own = [parameter.name for parameter in circuit.parameters]
    names = own if not order else [getattr(each, "name", each) for each in order]
    if sorted(names) != sorted(own):
        reader.problem(path, f"are for {names}, the circuit has {own}")
        return None
    return values[[names.index(name) for name in own]]
