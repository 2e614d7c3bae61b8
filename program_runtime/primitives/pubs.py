"""Pubs read from a job's inputs, and all that is wrong with them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from qiskit.primitives.containers.observables_array import ObservablesArray

from program_runtime.primitives.reader import Reader, check_shots

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from qiskit import QuantumCircuit

__all__ = [
    "EstimatorTask",
    "SamplerTask",
    "read_estimator_pubs",
    "read_observables",
    "read_sampler_pubs",
]

_SAMPLER_PARTS = 3
_ESTIMATOR_PARTS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplerTask:
    """A circuit to be sampled."""

    circuit: QuantumCircuit
    values: NDArray[np.float64]
    """Shape ``(*shape, parameters)``, in the order of ``circuit.parameters``."""
    shots: int

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the sets of parameter values."""
        return self.values.shape[:-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimatorTask:
    """A circuit whose observables are to be estimated."""

    circuit: QuantumCircuit
    values: NDArray[np.float64]
    """Shape ``(*shape, parameters)``, in the order of ``circuit.parameters``."""
    observables: NDArray[np.object_]
    """``SparseObservable`` each; its shape and that of the values broadcast."""
    precision: float
    shots: int
    """For each measured basis; 0 is exact."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the result."""
        return np.broadcast_shapes(self.values.shape[:-1], self.observables.shape)


def read_sampler_pubs(
    reader: Reader, pubs: Any, *, default_shots: int, limit: int
) -> list[SamplerTask]:
    """Read ``[circuit, parameter values, shots]`` each.

    Args:
        reader: Is told what is wrong; no pub is to be used then.
        pubs: As they were sent.
        default_shots: Of pubs without a number of shots.
        limit: The most shots of a run.
    """
    tasks = []
    for index, parts in enumerate(_parts(reader, pubs, _SAMPLER_PARTS)):
        path = f"pubs[{index}]"
        circuit = parts and reader.circuit(f"{path}[0]", parts[0])
        if not parts or circuit is None:
            continue
        values = reader.values(f"{path}[1]", circuit, parts[1])
        given = default_shots if parts[2] is None else parts[2]
        shots = check_shots(reader, f"{path}[2]", given, limit)
        if values is not None:
            tasks.append(SamplerTask(circuit=circuit, values=values, shots=shots))
    return tasks


def read_estimator_pubs(
    reader: Reader,
    pubs: Any,
    *,
    default_precision: float,
    default_shots: int | None,
    limit: int,
) -> list[EstimatorTask]:
    """Read ``[circuit, observables, parameter values, precision]`` each.

    Args:
        reader: Is told what is wrong; no pub is to be used then.
        pubs: As they were sent.
        default_precision: Of pubs without one.
        default_shots: Takes the place of the default precision.
        limit: The most shots of a run.
    """
    if default_shots is not None:
        most = check_shots(reader, "options.default_shots", default_shots, limit)
        default_precision = most**-0.5
    tasks = []
    for index, parts in enumerate(_parts(reader, pubs, _ESTIMATOR_PARTS)):
        path = f"pubs[{index}]"
        circuit = parts and reader.circuit(f"{path}[0]", parts[0])
        if not parts or circuit is None:
            continue
        observables = read_observables(reader, f"{path}[1]", circuit, parts[1])
        values = reader.values(f"{path}[2]", circuit, parts[2])
        precision = default_precision if parts[3] is None else parts[3]
        shots = _shots_for(reader, f"{path}[3]", precision, limit)
        if values is None or observables is None:
            continue
        if not _broadcast(reader, path, values.shape[:-1], observables.shape):
            continue
        tasks.append(
            EstimatorTask(
                circuit=circuit,
                values=values,
                observables=observables,
                precision=float(precision) if shots is not None else 0.0,
                shots=shots or 0,
            )
        )
    return tasks


def read_observables(
    reader: Reader, path: str, circuit: QuantumCircuit, value: Any
) -> NDArray[np.object_] | None:
    """Read observables: Paulis with coefficients, in arrays of any shape.

    Args:
        reader: Is told what is wrong.
        path: Of the observables.
        circuit: Whose qubits they observe.
        value: As it was sent.
    """
    if value is None:
        reader.problem(path, "are missing: an estimator needs observables")
        return None
    try:
        array = ObservablesArray.coerce(value)
    except Exception as err:  # noqa: BLE001 - Qiskit has errors of its own for labels
        reader.problem(path, f"are no observables: {err}")
        return None
    if array.size and array.num_qubits != circuit.num_qubits:
        reader.problem(
            path,
            f"act on {array.num_qubits} qubits, the circuit has {circuit.num_qubits}",
            "observable.apply_layout(circuit.layout) fits one to a transpiled circuit.",
        )
        return None
    found: NDArray[np.object_] = array.sparse_observables_array()
    return found


def _parts(reader: Reader, pubs: Any, count: int) -> list[Sequence[Any] | None]:
    if not isinstance(pubs, list | tuple) or not pubs:
        reader.problem("pubs", f"is {_shown(pubs)}, expected a list of pubs")
        return []
    found: list[Sequence[Any] | None] = []
    for index, pub in enumerate(pubs):
        parts = list(pub) if isinstance(pub, list | tuple) else [pub]
        if not 1 <= len(parts) <= count:
            reader.problem(
                f"pubs[{index}]", f"has {len(parts)} parts, expected 1 to {count}"
            )
            found.append(None)
        else:
            found.append([*parts, *[None] * (count - len(parts))])
    return found


def _shown(value: Any) -> str:
    return "empty" if value in ([], ()) else f"of type {type(value).__name__}"


def _shots_for(reader: Reader, path: str, precision: Any, limit: int) -> int | None:
    """Turn a precision into shots; 0 is exact."""
    number = isinstance(precision, int | float | np.number)
    if not number or isinstance(precision, bool) or not precision >= 0:
        reader.problem(path, f"is {precision!r}, expected a precision of 0 or more")
        return None
    if precision == 0:
        return 0
    shots = math.inf if precision < 1e-9 else math.ceil(round(precision**-2, 6))  # noqa: PLR2004
    if shots > limit:
        reader.problem(
            path,
            f"is a precision of {precision:g}, which takes {shots:,} shots; the "
            f"backend takes {limit:,} at most, a precision of {limit**-0.5:.2g}",
        )
        return None
    return int(shots)


def _broadcast(
    reader: Reader, path: str, values: tuple[int, ...], observables: tuple[int, ...]
) -> bool:
    try:
        np.broadcast_shapes(values, observables)
    except ValueError:
        reader.problem(
            path,
            f"has parameter values of shape {values} and observables of shape "
            f"{observables}, which do not broadcast",
        )
        return False
    return True
