"""The estimator without pubs: a value for each circuit and observable."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from program_runtime.errors import BadInputsError
from program_runtime.primitives.folding import AMPLIFIERS
from program_runtime.primitives.pubs import EstimatorTask, read_observables
from program_runtime.primitives.reader import Reader
from program_runtime.primitives.readout import is_missing
from program_runtime.primitives.resilience import Resilience, estimate_with, fitting
from program_runtime.primitives.retired_inputs import (
    Call,
    Setting,
    in_range,
    read_calls,
    read_setting,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from program_runtime.primitives.options import Options
    from program_runtime.primitives.resilience import Outcome
    from program_runtime.program import ProgramBackend

__all__ = ["estimate_circuits"]

_RESILIENCE: Final = "resilience_settings"
_HIGHEST_LEVEL: Final = 2
_EXTRAPOLATORS: Final = {
    "LinearExtrapolator": "linear",
    "QuadraticExtrapolator": "polynomial_degree_2",
    "CubicExtrapolator": "polynomial_degree_3",
    "QuarticExtrapolator": "polynomial_degree_4",
}
_AMPLIFIERS: Final = frozenset(
    {"TwoQubitAmplifier", "CxAmplifier", "LocalFoldingAmplifier"}
)


def estimate_circuits(
    backend: ProgramBackend, inputs: Mapping[str, Any]
) -> dict[str, Any]:
    """Run circuits as the first estimator did.

    Args:
        backend: Runs the circuits.
        inputs: All of the job.

    Returns:
        ``values`` and ``metadata``, one for each circuit.

    Raises:
        BadInputsError: Lists all that is wrong with the inputs.
        UnsupportedCircuitError: The backend does not run a circuit.
    """
    reader = Reader()
    setting = read_setting(backend, inputs, reader)
    resilience = fitting(_resilience(setting.options), setting.options, setting.machine)
    if resilience.readout and is_missing(setting.options):
        resilience = replace(resilience, readout=False)
    calls = read_calls(inputs, setting, reader)
    observables = _observables(inputs, calls, reader)
    reader.finish()
    tasks = [
        EstimatorTask(
            circuit=call.circuit,
            values=call.values,
            observables=observable,
            precision=setting.shots**-0.5,
            shots=setting.shots,
        )
        for call, observable in zip(calls, observables, strict=True)
    ]
    outcomes = estimate_with(
        resilience,
        tasks,
        [call.prepared for call in calls],
        setting.machine,
        setting.runner.counts,
    )
    return {
        "values": np.array([float(each.estimate.values) for each in outcomes]),
        "metadata": _metadata(setting, calls, outcomes),
    }


def _metadata(
    setting: Setting, calls: list[Call], outcomes: list[Outcome]
) -> list[dict[str, Any]]:
    warnings = setting.options.warnings()
    said = {"warnings": warnings} if warnings else {}
    return [
        {
            # Of the outcomes: the standard error is the root of variance over shots.
            "variance": float(outcome.estimate.variances) * setting.shots,
            "shots": setting.shots,
            "transpilation": call.prepared.origin,
            **outcome.metadata,
            **said,
        }
        for call, outcome in zip(calls, outcomes, strict=True)
    ]


def _observables(
    inputs: Mapping[str, Any], calls: list[Call], reader: Reader
) -> list[NDArray[np.object_]]:
    given = inputs.get("observables")
    listed = given if isinstance(given, list | tuple) else [given]
    indices = inputs.get("observable_indices")
    chosen = range(len(listed)) if indices is None else indices
    if len(chosen) != len(calls):
        reader.problem("observables", f"are {len(chosen)}, for {len(calls)} circuits")
    known: dict[tuple[int, int], NDArray[np.object_]] = {}
    found = []
    for place, (index, call) in enumerate(zip(chosen, calls, strict=False)):
        if not in_range(reader, f"observable_indices[{place}]", index, len(listed)):
            continue
        key = int(index), call.circuit.num_qubits
        if key not in known:
            path = f"observables[{index}]"
            value = _as_paulis(listed[index])
            array = read_observables(reader, path, call.circuit, value)
            if array is None:
                continue
            known[key] = array
        found.append(known[key])
    return found


def _as_paulis(value: Any) -> Any:
    from qiskit.quantum_info import Operator, SparsePauliOp  # noqa: PLC0415

    return SparsePauliOp.from_operator(value) if isinstance(value, Operator) else value


def _resilience(options: Options) -> Resilience:
    level = options.take(f"{_RESILIENCE}.level", 0)
    if level not in range(_HIGHEST_LEVEL + 1):
        raise BadInputsError(
            f"The resilience level is {level!r}, expected 0 to {_HIGHEST_LEVEL}."
        )
    factors = options.take(f"{_RESILIENCE}.noise_factors", (1, 3, 5))
    amplifier = options.take(f"{_RESILIENCE}.noise_amplifier", "TwoQubitAmplifier")
    if amplifier not in _AMPLIFIERS and level == _HIGHEST_LEVEL:
        options.warn(
            f"The option {_RESILIENCE}.noise_amplifier is {amplifier!r}: two-qubit "
            "gates are folded instead."
        )
    name = options.take(f"{_RESILIENCE}.extrapolator", "LinearExtrapolator")
    return Resilience(
        readout=level == 1,
        factors=tuple(map(float, factors)) if level == _HIGHEST_LEVEL else (),
        extrapolators=(_EXTRAPOLATORS.get(str(name), str(name)),),
        amplifier=AMPLIFIERS[0],
    )
