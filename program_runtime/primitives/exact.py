"""Expectation values without shots, where a simulator knows the state."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from qiskit.quantum_info import SparsePauliOp

from program_runtime.errors import BadInputsError
from program_runtime.primitives.execution import one_thread

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from program_runtime.primitives.machine import Machine
    from program_runtime.primitives.pubs import EstimatorTask
    from program_runtime.primitives.transpilation import Prepared
    from program_runtime.program import ProgramBackend

__all__ = ["check_exact", "exact_values"]

_NOT_UNITARY = frozenset(
    {"measure", "reset", "if_else", "while_loop", "for_loop", "switch_case"}
)


def check_exact(index: int, task: EstimatorTask, machine: Machine) -> None:
    """Refuse a precision of 0 where there is no exact value.

    Args:
        index: Of the pub.
        task: The pub.
        machine: Runs it.

    Raises:
        BadInputsError: Says why.
    """
    if not machine.is_ideal:
        raise BadInputsError(
            f"pubs[{index}] has the precision 0, which asks for exact values; "
            f"{machine.name} measures, with a precision of "
            f"{machine.max_shots**-0.5:.2g} at best ({machine.max_shots:,} shots)."
        )
    used = _NOT_UNITARY.intersection(task.circuit.count_ops())
    if used:
        raise BadInputsError(
            f"pubs[{index}] has the precision 0, but its circuit uses "
            f"{', '.join(sorted(used))}: exact values need a circuit without them.",
            hint="Give a precision above 0.",
        )


def exact_values(
    backend: ProgramBackend,
    machine: Machine,
    task: EstimatorTask,
    prepared: Prepared,
) -> NDArray[np.float64]:
    """Compute the expectation values of a pub.

    Args:
        backend: An ideal simulator.
        machine: The same, looked at.
        task: The pub.
        prepared: Its circuit.

    Returns:
        An array of the task's shape.
    """
    import qiskit_aer  # noqa: F401, PLC0415 - gives circuits the method below

    circuit = prepared.circuit.copy()
    qubits = list(prepared.positions)
    for column, observable in enumerate(task.observables.ravel()):
        operator = SparsePauliOp.from_sparse_observable(observable.as_paulis())
        circuit.save_expectation_value(operator, qubits, label=str(column))
    bindings = task.values.shape[:-1]
    rows = task.values.reshape(int(np.prod(bindings)), task.values.shape[-1])
    ready = replace(prepared, circuit=circuit)
    bound = [ready.bind(row) for row in rows]
    result = backend.run(bound, shots=1, **one_thread(machine, bound)).result()
    found = np.array(
        [
            [result.data(row)[str(column)] for column in range(task.observables.size)]
            for row in range(len(rows))
        ]
    ).reshape(len(rows), task.observables.size)
    values, observables = np.broadcast_arrays(
        np.arange(len(rows)).reshape(bindings),
        np.arange(task.observables.size).reshape(task.observables.shape),
    )
    return np.asarray(found[values, observables], dtype=np.float64)
