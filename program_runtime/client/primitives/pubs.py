"""Pubs of the V2 primitives, checked before a job is."""

from __future__ import annotations

import keyword
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from qiskit import QuantumCircuit
from qiskit.primitives.containers.estimator_pub import EstimatorPub
from qiskit.primitives.containers.sampler_pub import SamplerPub

from program_runtime import errors
from program_runtime.client.primitives import fit, option_rules, rzz_angles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from program_runtime.client.backend import IBMBackend

__all__ = ["estimator_pubs", "sampler_pubs"]

_shots = option_rules.whole(1)
_precision = option_rules.number(above=0)


def sampler_pubs(
    pubs: Iterable[Any], shots: int | None, backend: IBMBackend | None
) -> list[SamplerPub]:
    """Pubs of a sampler.

    Args:
        pubs: What Qiskit takes for pubs.
        shots: The shots of those that name none.
        backend: Where they run, if that is known.

    Raises:
        InvalidValueError: It lists everything that does not fit.
    """
    _check_value("shots", shots, _shots)
    made, problems = _coerced(pubs, lambda pub: SamplerPub.coerce(pub, shots), 1)
    problems += fit.shot_problems("shots", shots, backend)
    for index, pub in made.items():
        path = f"pubs[{index}]"
        problems += fit.measurement_problems(path, pub.circuit)
        problems += _register_problems(path, pub.circuit)
        problems += _circuit_problems(path, pub, backend)
        if pub.shots != shots:
            problems += fit.shot_problems(f"{path}.shots", pub.shots, backend)
    return _checked(made, problems)


def estimator_pubs(
    pubs: Iterable[Any], precision: float | None, backend: IBMBackend | None
) -> list[EstimatorPub]:
    """Pubs of an estimator.

    Args:
        pubs: What Qiskit takes for pubs.
        precision: The standard error of those that name none.
        backend: Where they run, if that is known.

    Raises:
        InvalidValueError: It lists everything that does not fit.
    """
    _check_value("precision", precision, _precision)
    made, problems = _coerced(pubs, lambda pub: EstimatorPub.coerce(pub, precision), 2)
    for index, pub in made.items():
        path = f"pubs[{index}]"
        said = None if pub.precision is None else _precision(pub.precision)
        if said is not None:
            problems.append(errors.Problem(path=f"{path}.precision", message=said))
        if pub.observables.size == 0:
            message = "has no observables"
            problems.append(errors.Problem(path=path, message=message))
        problems += _circuit_problems(path, pub, backend)
    return _checked(made, problems)


def _check_value(name: str, value: Any, rule: option_rules.Rule) -> None:
    said = None if value is None else rule(value)
    if said is not None:
        raise _refusal([errors.Problem(path=name, message=said)])


def _coerced(
    pubs: Iterable[Any], coerce: Callable[[Any], Any], values_at: int
) -> tuple[dict[int, Any], list[errors.Problem]]:
    if isinstance(pubs, QuantumCircuit):
        message = "is one circuit, where a list of pubs belongs"
        problem = errors.Problem(
            path="pubs", message=message, hint="Write run([circuit])."
        )
        raise _refusal([problem])
    made: dict[int, Any] = {}
    problems: list[errors.Problem] = []
    for index, pub in enumerate(pubs):
        try:
            made[index] = coerce(pub)
        except Exception as err:  # noqa: BLE001 - Qiskit's own, of many kinds
            message = _explain(pub, values_at) or str(err).strip("'\"")
            problems.append(errors.Problem(path=f"pubs[{index}]", message=message))
    if not made and not problems:
        problems.append(errors.Problem(path="pubs", message="there are none"))
    return made, problems


def _explain(pub: Any, values_at: int) -> str | None:
    """What Qiskit says of these has neither the type nor the numbers."""
    parts = pub if isinstance(pub, (tuple, list)) else (pub,)
    circuit = parts[0] if parts else None
    if not isinstance(circuit, QuantumCircuit):
        return f"begins with a {type(circuit).__name__}, no QuantumCircuit"
    values = parts[values_at] if len(parts) > values_at else ()
    shape = () if isinstance(values, Mapping) else np.shape(values)
    if not shape or shape[-1] == circuit.num_parameters:
        return None
    return (
        f"has {shape[-1]} values a set, its circuit {circuit.num_parameters} parameters"
    )


def _register_problems(path: str, circuit: QuantumCircuit) -> Iterator[errors.Problem]:
    """Registers are attributes of the result, so their names must be able to."""
    for register in circuit.cregs:
        name = register.name
        if register.size == 0:
            message = f"has the classical register {name!r} of no bits"
            yield errors.Problem(path=path, message=message)
        if not name.isidentifier() or keyword.iskeyword(name):
            message = f"has a classical register {name!r}, which is no Python name"
            yield errors.Problem(path=path, message=message)


def _circuit_problems(
    path: str, pub: SamplerPub | EstimatorPub, backend: IBMBackend | None
) -> list[errors.Problem]:
    """Sizes everywhere; gates and wires where a device has its own."""
    if backend is None:
        return []
    problems = fit.size_problems(path, pub.circuit, backend)
    if not problems and not backend.simulator:
        problems = fit.isa_problems(path, pub.circuit, backend.target)
        problems += rzz_angles.angle_problems(path, pub.circuit, pub.parameter_values)
    return problems


def _checked(made: dict[int, Any], problems: list[errors.Problem]) -> list[Any]:
    if problems:
        raise _refusal(problems)
    return list(made.values())


def _refusal(problems: list[errors.Problem]) -> errors.InvalidValueError:
    return errors.InvalidValueError(
        "The primitive can not run this.", problems=problems
    )
