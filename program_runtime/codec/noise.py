"""Noise models of qiskit-aer on the wire."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from qiskit_aer.noise import NoiseModel

if TYPE_CHECKING:
    from program_runtime.codec.limits import Budget


def encode_noise_model(value: NoiseModel) -> dict[str, Any]:
    """Tag a noise model."""
    return {"__type__": "NoiseModel", "__value__": value.to_dict()}


def decode_noise_model(value: Any, _budget: Budget) -> NoiseModel:
    """Rebuild a noise model."""
    with warnings.catch_warnings():
        # Deprecated without a successor; the official decoder calls it as well.
        warnings.simplefilter("ignore", DeprecationWarning)
        return NoiseModel.from_dict(value)
