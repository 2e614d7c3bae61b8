"""What a job was sent, read with all that is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from qiskit import QuantumCircuit
from qiskit.primitives.containers.bindings_array import BindingsArray

from program_runtime.errors import BadInputsError, Problem

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Reader", "check_shots"]


class Reader:
    """Collects problems, to be raised all at once."""

    def __init__(self) -> None:
        self._problems: list[Problem] = []

    def problem(self, path: str, message: str, hint: str | None = None) -> None:
        """Note what is wrong."""
        self._problems.append(Problem(path=path, message=message, hint=hint))

    def finish(self) -> None:
        """Raise if anything was wrong.

        Raises:
            BadInputsError: Lists all of it.
        """
        if self._problems:
            raise BadInputsError("The job can not run:", problems=self._problems)

    def circuit(self, path: str, value: Any) -> QuantumCircuit | None:
        """Read a circuit, or the text of an OpenQASM 3 program."""
        if isinstance(value, str):
            return self._qasm(path, value)
        if isinstance(value, QuantumCircuit):
            return value
        self.problem(path, f"is of type {type(value).__name__}, expected a circuit")
        return None

    def _qasm(self, path: str, text: str) -> QuantumCircuit | None:
        from qiskit import qasm3  # noqa: PLC0415 - circuits come as QPY mostly

        try:
            return qasm3.loads(text)
        except Exception as err:  # noqa: BLE001 - parsers raise what they like
            self.problem(path, f"is no OpenQASM 3 program: {err}")
        return None

    def values(
        self, path: str, circuit: QuantumCircuit, value: Any
    ) -> NDArray[np.float64] | None:
        """Read parameter values, the last axis in the circuit's order."""
        wanted = circuit.num_parameters
        try:
            array = _as_array(circuit, value)
        except (TypeError, ValueError) as err:
            self.problem(path, f"are no parameter values of this circuit: {err}")
            return None
        # Values of the only parameter may come without an axis of their own.
        bare = array.ndim == 0 or array.shape[-1] != 1
        if wanted == 1 and bare and array.shape != (0,):
            array = array[..., np.newaxis]
        found = array.shape[-1] if array.ndim else 1
        if found != wanted:
            self.problem(
                path,
                f"have {found} values in a set (shape {array.shape}), "
                f"the circuit has {wanted} parameters",
            )
            return None
        if not np.isfinite(array).all():
            self.problem(path, "hold numbers that are not finite")
            return None
        return array


def check_shots(reader: Reader, path: str, shots: Any, limit: int) -> int:
    """Read a number of shots.

    Args:
        reader: Is told what is wrong.
        path: Of the number.
        shots: What was given.
        limit: The most that the backend takes in one run.

    Returns:
        The number; 1 when it is wrong.
    """
    if isinstance(shots, bool) or not isinstance(shots, int | np.integer):
        kind = type(shots).__name__
        reader.problem(path, f"is {shots!r} of type {kind}, expected whole shots")
    elif shots < 1:
        reader.problem(path, f"is {shots}, expected at least 1 shot")
    elif shots > limit:
        reader.problem(path, f"is {shots:,} shots, the backend takes {limit:,} at most")
    else:
        return int(shots)
    return 1


def _as_array(circuit: QuantumCircuit, value: Any) -> NDArray[np.float64]:
    if value is None or (isinstance(value, list | tuple) and not len(value)):
        return np.zeros(0)
    if isinstance(value, dict):
        value = BindingsArray(value)
    if isinstance(value, BindingsArray):
        array: NDArray[np.float64] = value.as_array(circuit.parameters)
        return array
    if np.iscomplexobj(value):
        raise TypeError("they are complex")
    return np.asarray(value, dtype=np.float64)
