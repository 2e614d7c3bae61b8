"""What is asked for against noise, and values estimated with it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from program_runtime.errors import BadInputsError
from program_runtime.primitives.estimation import Estimate, distribution, estimate
from program_runtime.primitives.extrapolation import check_extrapolators, extrapolate
from program_runtime.primitives.folding import AMPLIFIERS, fold, reached_factor
from program_runtime.primitives.readout import Readout

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qiskit import QuantumCircuit

    from program_runtime.primitives.estimation import Distribution, Measuring
    from program_runtime.primitives.execution import Counting
    from program_runtime.primitives.machine import Machine
    from program_runtime.primitives.options import Options
    from program_runtime.primitives.pubs import EstimatorTask
    from program_runtime.primitives.transpilation import Prepared

__all__ = ["Outcome", "Resilience", "estimate_with", "read_resilience"]

_FACTORS: Final = (1.0, 3.0, 5.0)
_EXTRAPOLATORS: Final = ("exponential", "linear")
_HIGHEST_LEVEL: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Resilience:
    """What is done against noise."""

    readout: bool = False
    calibration_shots: int | None = None
    factors: tuple[float, ...] = ()
    """Of the noise; none means no extrapolation."""
    extrapolators: tuple[str, ...] = _EXTRAPOLATORS
    amplifier: str = AMPLIFIERS[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The estimate of one task, and what mitigation has to say of it."""

    estimate: Estimate
    fields: dict[str, Any] = field(default_factory=dict)
    """More data beside the values."""
    metadata: dict[str, Any] = field(default_factory=dict)


def read_resilience(options: Options, machine: Machine) -> Resilience:
    """Read the options of the PUB-based estimator.

    Args:
        options: Of the job.
        machine: What it runs on.

    Raises:
        BadInputsError: It asks for what is not there.
    """
    level = _level(options.take("resilience_level", 0))
    readout = options.take("resilience.measure_mitigation", level >= 1)
    extrapolated = options.take("resilience.zne_mitigation", level > 1)
    if options.take("resilience.pec_mitigation", default=False):
        raise BadInputsError(
            "The option resilience.pec_mitigation is not honoured here.",
            hint="resilience.zne_mitigation and resilience.measure_mitigation are.",
        )
    options.take_all("resilience.pec")
    learning = options.take_all("resilience.measure_noise_learning")
    zne = options.take_all("resilience.zne")
    for name in sorted({*zne} - {"noise_factors", "extrapolator", "amplifier"}):
        options.warn(f"The option resilience.zne.{name} is not known here: no effect.")
    amplifier = str(zne.get("amplifier", AMPLIFIERS[0]))
    if amplifier not in AMPLIFIERS:
        raise BadInputsError(
            f"The option resilience.zne.amplifier is {amplifier!r}, expected one of "
            f"{', '.join(AMPLIFIERS)}."
        )
    wanted = Resilience(
        readout=bool(readout),
        calibration_shots=_product(learning),
        factors=_numbers(zne.get("noise_factors", _FACTORS)) if extrapolated else (),
        extrapolators=_names(zne.get("extrapolator", _EXTRAPOLATORS)),
        amplifier=amplifier,
    )
    return fitting(wanted, options, machine)


def fitting(wanted: Resilience, options: Options, machine: Machine) -> Resilience:
    """Leave out what has nothing to do, and check the rest.

    Args:
        wanted: What is asked for.
        options: Are told what is left out.
        machine: What the job runs on.

    Raises:
        BadInputsError: The extrapolation can not be done as asked for.
    """
    if machine.is_ideal and (wanted.readout or wanted.factors):
        options.warn(
            f"There is nothing to mitigate: {machine.name} is an ideal simulator."
        )
        return replace(wanted, readout=False, factors=())
    if wanted.factors:
        check_extrapolators(wanted.extrapolators, wanted.factors)
    return wanted


def estimate_with(
    resilience: Resilience,
    tasks: Sequence[EstimatorTask],
    prepared: Sequence[Prepared],
    machine: Machine,
    count: Counting,
) -> list[Outcome]:
    """Estimate, with all that is to be done against noise.

    Args:
        resilience: What that is.
        tasks: With shots.
        prepared: Their circuits.
        machine: Runs them.
        count: Runs circuits.
    """
    readout = (
        Readout(count, machine, shots=resilience.calibration_shots)
        if resilience.readout
        else None
    )
    run: Measuring = readout or _plainly(count)
    if resilience.factors:
        outcomes = _extrapolated(resilience, tasks, prepared, machine, run)
    else:
        found = estimate(tasks, prepared, machine, run)
        outcomes = [Outcome(estimate=each) for each in found]
    if readout is None:
        return outcomes
    said = {"measure_mitigation": readout.metadata()}
    return [
        replace(outcome, metadata={**outcome.metadata, **said}) for outcome in outcomes
    ]


def _plainly(count: Counting) -> Measuring:
    def run(circuits: Sequence[QuantumCircuit], shots: int) -> list[Distribution]:
        return [
            distribution(counts, circuit.num_clbits)
            for counts, circuit in zip(count(circuits, shots), circuits, strict=True)
        ]

    return run


def _extrapolated(
    resilience: Resilience,
    tasks: Sequence[EstimatorTask],
    prepared: Sequence[Prepared],
    machine: Machine,
    run: Measuring,
) -> list[Outcome]:
    found = [
        estimate(
            tasks,
            prepared,
            machine,
            run,
            change=partial(fold, factor=factor, amplifier=resilience.amplifier),
        )
        for factor in resilience.factors
    ]
    return [
        _at_no_noise(
            resilience,
            [reached_factor(ready.circuit, each) for each in resilience.factors],
            [estimates[index] for estimates in found],
        )
        for index, ready in enumerate(prepared)
    ]


def _at_no_noise(
    resilience: Resilience, factors: list[float], found: list[Estimate]
) -> Outcome:
    """Extrapolate each value of a task."""
    first = found[0]
    values = np.stack([each.values for each in found], axis=-1)
    errors = np.sqrt(np.stack([each.variances for each in found], axis=-1))
    best, variances = np.empty(first.values.shape), np.empty(first.values.shape)
    chosen = np.empty(first.values.shape, dtype=object)
    names = resilience.extrapolators if len(set(factors)) > 1 else ()
    for place in np.ndindex(*first.values.shape):
        # What is exact has no noise to extrapolate.
        constant = first.constants[place]
        value, error, name = extrapolate(
            names, factors, values[place] - constant, errors[place]
        )
        best[place], variances[place], chosen[place] = value + constant, error**2, name
    zne = {
        "noise_factors": factors,
        "extrapolator": chosen.tolist(),
        "amplifier": resilience.amplifier,
    }
    return Outcome(
        estimate=replace(first, values=best, variances=variances),
        fields={"evs_noise_factors": values, "stds_noise_factors": errors},
        metadata={"zne": zne},
    )


def _level(level: Any) -> int:
    if level not in range(_HIGHEST_LEVEL + 1):
        raise BadInputsError(
            f"The resilience level is {level!r}, expected 0 to {_HIGHEST_LEVEL}."
        )
    return int(level)


def _product(learning: dict[str, Any]) -> int | None:
    shots = learning.get("shots_per_randomization")
    return (
        None
        if not isinstance(shots, int)
        else shots * int(learning.get("num_randomizations", 32))
    )


def _numbers(values: Any) -> tuple[float, ...]:
    return tuple(float(value) for value in np.ravel(values))


def _names(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(map(str, value))
