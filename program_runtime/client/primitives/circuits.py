"""Circuits, observables and values of the V1 primitives, checked before a job is."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np
from qiskit import QuantumCircuit
from qiskit.quantum_info import SparsePauliOp
from qiskit.quantum_info.operators.base_operator import BaseOperator

from program_runtime import errors
from program_runtime.client.primitives import fit

if TYPE_CHECKING:
    from program_runtime.client.backend import IBMBackend

__all__ = ["estimator_inputs", "sampler_inputs"]


def sampler_inputs(
    circuits: Any, parameter_values: Any, backend: IBMBackend | None
) -> dict[str, Any]:
    """The inputs of a V1 sampler.

    Args:
        circuits: A circuit or several.
        parameter_values: A set of values for each circuit; None where none has
            parameters.
        backend: Where they run, if that is known.

    Raises:
        InvalidValueError: It lists everything that does not fit.
    """
    listed = _circuits(circuits)
    rows, problems = _rows(listed, parameter_values)
    for index, circuit in enumerate(listed):
        problems += fit.size_problems(f"circuits[{index}]", circuit, backend)
        problems += fit.measurement_problems(f"circuits[{index}]", circuit)
    return _checked(listed, rows, problems)


def estimator_inputs(
    circuits: Any, observables: Any, parameter_values: Any, backend: IBMBackend | None
) -> dict[str, Any]:
    """The inputs of a V1 estimator.

    Args:
        circuits: A circuit or several.
        observables: One for each circuit.
        parameter_values: A set of values for each circuit; None where none has
            parameters.
        backend: Where they run, if that is known.

    Raises:
        InvalidValueError: It lists everything that does not fit.
    """
    listed = _circuits(circuits)
    rows, problems = _rows(listed, parameter_values)
    operators = _observables(observables, problems)
    if len(operators) != len(listed):
        message = f"there are {len(operators)}, and {_count(listed)}"
        problems.append(errors.Problem(path="observables", message=message))
    for index, circuit in enumerate(listed):
        problems += fit.size_problems(f"circuits[{index}]", circuit, backend)
        operator = operators[index] if index < len(operators) else None
        if operator is not None and operator.num_qubits != circuit.num_qubits:
            message = (
                f"acts on {operator.num_qubits} qubits, its circuit has "
                f"{circuit.num_qubits}"
            )
            path = f"observables[{index}]"
            problems.append(errors.Problem(path=path, message=message))
    inputs = _checked(listed, rows, problems)
    inputs["observables"] = operators
    return inputs


def _circuits(circuits: Any) -> list[QuantumCircuit]:
    listed = (
        [circuits]
        if isinstance(circuits, QuantumCircuit)
        else list(circuits)
        if isinstance(circuits, Sequence)
        else [circuits]
    )
    problems = [
        errors.Problem(
            path=f"circuits[{index}]",
            message=f"is a {type(circuit).__name__}, no QuantumCircuit",
        )
        for index, circuit in enumerate(listed)
        if not isinstance(circuit, QuantumCircuit)
    ]
    if not listed:
        problems.append(errors.Problem(path="circuits", message="there are none"))
    if problems:
        raise _refusal(problems)
    return listed


def _rows(
    circuits: list[QuantumCircuit], parameter_values: Any
) -> tuple[list[list[float]], list[errors.Problem]]:
    """Values for each circuit, and what is wrong with them."""
    if parameter_values is None:
        given: list[Any] = [() for _ in circuits]
    else:
        given = _as_rows(parameter_values)
    problems = []
    if len(given) != len(circuits):
        message = f"there are {len(given)} sets, and {_count(circuits)}"
        problems.append(errors.Problem(path="parameter_values", message=message))
    rows = []
    for index, (circuit, values) in enumerate(zip(circuits, given, strict=False)):
        row = _row(values)
        if row is None or not np.isfinite(row).all():
            message = f"{values!r} are no finite numbers"
            path = f"parameter_values[{index}]"
            problems.append(errors.Problem(path=path, message=message))
        elif len(row) != circuit.num_parameters:
            problems.append(_wrong_number(index, row, circuit))
        rows.append(row or [])
    return rows, problems


def _wrong_number(
    index: int, row: list[float], circuit: QuantumCircuit
) -> errors.Problem:
    names = ", ".join(parameter.name for parameter in circuit.parameters)
    return errors.Problem(
        path=f"parameter_values[{index}]",
        message=f"has {len(row)} values, its circuit {circuit.num_parameters} "
        "parameters",
        hint=f"They are {names}." if names else None,
    )


def _as_rows(values: Any) -> list[Any]:
    """A number, one set of numbers, or a list of sets, as the list of sets."""
    if isinstance(values, np.ndarray):
        values = values.tolist()
    if isinstance(values, Real):
        return [[values]]
    listed = list(values) if isinstance(values, Sequence) else [values]
    if listed and isinstance(listed[0], Real):
        return [listed]
    return listed


def _row(values: Any) -> list[float] | None:
    try:
        row = np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        return None
    return row.ravel().tolist() if row.ndim <= 1 else None


def _observables(
    observables: Any, problems: list[errors.Problem]
) -> list[SparsePauliOp | None]:
    alone = isinstance(observables, str) or not isinstance(observables, Sequence)
    operators: list[SparsePauliOp | None] = []
    for index, observable in enumerate([observables] if alone else observables):
        try:
            operators.append(_operator(observable))
        except Exception as err:  # noqa: BLE001 - Qiskit's own, of many kinds
            said = str(err).strip("'\"")
            message = f"{observable!r} is no observable: {said}"
            path = f"observables[{index}]"
            problems.append(errors.Problem(path=path, message=message))
            operators.append(None)
    return operators


def _operator(observable: Any) -> SparsePauliOp:
    if isinstance(observable, SparsePauliOp):
        return observable
    if isinstance(observable, BaseOperator) and not hasattr(observable, "to_label"):
        return SparsePauliOp.from_operator(observable)
    return SparsePauliOp(observable)


def _checked(
    circuits: list[QuantumCircuit],
    rows: list[list[float]],
    problems: list[errors.Problem],
) -> dict[str, Any]:
    if problems:
        raise _refusal(problems)
    return {
        "circuits": circuits,
        "parameters": [list(circuit.parameters) for circuit in circuits],
        "parameter_values": rows,
    }


def _count(circuits: list[QuantumCircuit]) -> str:
    return f"{len(circuits)} circuit{'s' if len(circuits) != 1 else ''}"


def _refusal(problems: list[errors.Problem]) -> errors.InvalidValueError:
    return errors.InvalidValueError(
        "The primitive can not run this.", problems=problems
    )
