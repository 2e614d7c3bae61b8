"""Noise models of qiskit-aer on the wire."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from qiskit_aer.noise import NoiseModel

from program_runtime.codec.plain import require_list
from program_runtime.errors import UndecodableError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from program_runtime.codec.limits import Budget


# Errors number the qubits that they act on from 0. Aer would build a table with room
# for the square of the highest number.
_MOST_QUBITS = 16


def encode_noise_model(value: NoiseModel) -> dict[str, Any]:
    """Tag a noise model."""
    return {"__type__": "NoiseModel", "__value__": value.to_dict()}


def decode_noise_model(value: Any, _budget: Budget) -> NoiseModel:
    """Rebuild a noise model."""
    for error in require_list(value.get("errors", []), "errors"):
        for instruction in _flat(error.get("instructions", [])):
            if any(qubit >= _MOST_QUBITS for qubit in instruction["qubits"]):
                raise UndecodableError(
                    f"An error of the noise model acts on more than {_MOST_QUBITS} "
                    "qubits."
                )
    with warnings.catch_warnings():
        # Deprecated without a successor; the official decoder calls it as well.
        warnings.simplefilter("ignore", DeprecationWarning)
        return NoiseModel.from_dict(value)


def _flat(circuits: Any) -> Iterator[Any]:
    for circuit in require_list(circuits, "instructions"):
        yield from require_list(circuit, "instructions")
