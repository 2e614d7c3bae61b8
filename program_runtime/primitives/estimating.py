"""The estimator: expectation values for pubs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from qiskit.primitives import DataBin, PrimitiveResult, PubResult

from program_runtime.primitives import pubs, simulation
from program_runtime.primitives.exact import check_exact, exact_values
from program_runtime.primitives.execution import Runner
from program_runtime.primitives.machine import machine_of
from program_runtime.primitives.options import Options
from program_runtime.primitives.reader import Reader
from program_runtime.primitives.resilience import estimate_with, read_resilience
from program_runtime.primitives.suppression import suppressed
from program_runtime.primitives.transpilation import Prepared, Recipe, prepare

if TYPE_CHECKING:
    from collections.abc import Mapping

    from program_runtime.primitives.machine import Machine
    from program_runtime.primitives.pubs import EstimatorTask
    from program_runtime.primitives.resilience import Outcome
    from program_runtime.program import ProgramBackend

__all__ = ["estimate_pubs"]

_DEFAULT_PRECISION: Final = 1 / 64


def estimate_pubs(
    backend: ProgramBackend, given: Any, options: Mapping[str, Any] | None
) -> PrimitiveResult[PubResult]:
    """Run pubs as the PUB-based estimator does.

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
    resilience = read_resilience(wanted, machine)
    own_seed = wanted.take("seed_estimator")
    reader = Reader()
    tasks = pubs.read_estimator_pubs(
        reader,
        given,
        default_precision=wanted.take("default_precision", _DEFAULT_PRECISION),
        default_shots=wanted.take("default_shots"),
        limit=machine.max_shots,
    )
    reader.finish()
    for index, task in enumerate(tasks):
        if not task.shots:
            check_exact(index, task, machine)
    recipe = Recipe(level=wanted.take("optimization_level"))
    prepared = [prepare(task.circuit, machine, recipe) for task in tasks]
    seed = own_seed if seed is None else seed
    runner = Runner(backend, machine, settings=settings, seed=seed)

    sampled = [index for index, task in enumerate(tasks) if task.shots]
    outcomes = estimate_with(
        resilience,
        [tasks[index] for index in sampled],
        [prepared[index] for index in sampled],
        machine,
        suppressed(runner, wanted, machine, seed=seed).counts,
    )
    by_task = dict(zip(sampled, outcomes, strict=True))
    results = [
        _pub_result(task, ready, by_task[index])
        if task.shots
        else _exact_result(backend, machine, task, ready)
        for index, (task, ready) in enumerate(zip(tasks, prepared, strict=True))
    ]
    metadata: dict[str, Any] = {"version": 2}
    warnings = wanted.warnings()
    return PrimitiveResult(
        results, metadata={**metadata, "warnings": warnings} if warnings else metadata
    )


def _pub_result(task: EstimatorTask, prepared: Prepared, found: Outcome) -> PubResult:
    estimate = found.estimate
    data = DataBin(
        evs=estimate.values,
        stds=np.asarray(np.sqrt(estimate.variances)),
        **found.fields,
        shape=estimate.values.shape,
    )
    metadata = {**_metadata(task, prepared), "bases": estimate.bases}
    if found.metadata:
        metadata["resilience"] = found.metadata
    return PubResult(data, metadata=metadata)


def _exact_result(
    backend: ProgramBackend, machine: Machine, task: EstimatorTask, prepared: Prepared
) -> PubResult:
    values = exact_values(backend, machine, task, prepared)
    data = DataBin(evs=values, stds=np.zeros(values.shape), shape=values.shape)
    return PubResult(data, metadata=_metadata(task, prepared))


def _metadata(task: EstimatorTask, prepared: Prepared) -> dict[str, Any]:
    return {
        "target_precision": task.precision,
        "shots": task.shots,
        "circuit_metadata": task.circuit.metadata,
        "transpilation": prepared.origin,
    }
