"""The sampler: bits of shots, for circuits with many sets of parameter values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from qiskit.primitives import DataBin, PrimitiveResult, SamplerPubResult

from program_runtime.errors import BadInputsError
from program_runtime.primitives import bits, pubs, simulation
from program_runtime.primitives.execution import Runner
from program_runtime.primitives.machine import machine_of
from program_runtime.primitives.options import Options
from program_runtime.primitives.reader import Reader
from program_runtime.primitives.spans import execution_metadata
from program_runtime.primitives.suppression import suppressed
from program_runtime.primitives.transpilation import Prepared, Recipe, prepare

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qiskit import QuantumCircuit

    from program_runtime.primitives.pubs import SamplerTask
    from program_runtime.program import ProgramBackend

__all__ = ["sample", "sample_memory"]

Remembering = Callable[[Sequence["QuantumCircuit"], int], Sequence[Sequence[str]]]

_DEFAULT_SHOTS: Final = 4096


def sample(
    backend: ProgramBackend, given: Any, options: Mapping[str, Any] | None
) -> PrimitiveResult[SamplerPubResult]:
    """Run pubs as the PUB-based sampler does.

    Args:
        backend: Runs the circuits.
        given: The pubs.
        options: Those that were set.

    Raises:
        BadInputsError: Lists all that is wrong with the pubs.
        UnsupportedCircuitError: The backend does not run a circuit.
    """
    wanted = Options(options)
    machine, settings, seed = simulation.simulator_machine(wanted, machine_of(backend))
    settings |= simulation.run_settings(wanted, machine, backend)
    _check_measurements(wanted, machine.name)
    reader = Reader()
    tasks = pubs.read_sampler_pubs(
        reader,
        given,
        default_shots=wanted.take("default_shots", _DEFAULT_SHOTS),
        limit=machine.max_shots,
    )
    reader.finish()
    recipe = Recipe(level=wanted.take("optimization_level"))
    prepared = [prepare(task.circuit, machine, recipe) for task in tasks]
    runner = Runner(backend, machine, settings=settings, seed=seed)
    run = suppressed(runner, wanted, machine, seed=seed).memory
    memories = sample_memory(run, tasks, prepared)
    results = [
        _pub_result(*parts) for parts in zip(tasks, prepared, memories, strict=True)
    ]
    return PrimitiveResult(results, metadata=_metadata(runner, tasks, wanted))


def sample_memory(
    run: Remembering, tasks: Sequence[SamplerTask], prepared: Sequence[Prepared]
) -> list[list[Sequence[str]]]:
    """Run all tasks, those with the same number of shots in one call.

    Args:
        run: Runs circuits.
        tasks: What to sample.
        prepared: Their circuits.

    Returns:
        For each task and each of its sets of values the outcomes in order.
    """
    by_shots: dict[int, list[int]] = defaultdict(list)
    for index, task in enumerate(tasks):
        by_shots[task.shots].append(index)
    memories: list[list[Sequence[str]]] = [[] for _ in tasks]
    for shots, indices in by_shots.items():
        circuits, owners = [], []
        for index in indices:
            ready, values = prepared[index], tasks[index].values
            rows = values.reshape(int(np.prod(values.shape[:-1])), values.shape[-1])
            circuits += [ready.bind(row) for row in rows]
            owners += [index] * len(rows)
        if not circuits:
            continue
        for index, memory in zip(owners, run(circuits, shots), strict=True):
            memories[index].append(memory)
    return memories


def _pub_result(
    task: SamplerTask, prepared: Prepared, memories: Sequence[Sequence[str]]
) -> SamplerPubResult:
    data = bits.unpack(memories, task.shape, task.shots, task.circuit)
    return SamplerPubResult(
        DataBin(**data, shape=task.shape),
        metadata={
            "circuit_metadata": task.circuit.metadata,
            "transpilation": prepared.origin,
        },
    )


def _metadata(
    runner: Runner, tasks: Sequence[SamplerTask], options: Options
) -> dict[str, Any]:
    shapes = [(*task.shape, task.shots) for task in tasks]
    metadata: dict[str, Any] = {
        "version": 2,
        "execution": execution_metadata(runner.started, runner.stopped, shapes),
    }
    warnings = options.warnings()
    return {**metadata, "warnings": warnings} if warnings else metadata


def _check_measurements(options: Options, name: str) -> None:
    kind = options.take("execution.meas_type", "classified")
    if kind != "classified":
        raise BadInputsError(
            f"The option execution.meas_type is {kind!r}; {name} is run for "
            "'classified' outcomes only."
        )
