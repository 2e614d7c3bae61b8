"""Exact expectation values, asked of a simulator that is somewhere else."""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from qiskit.primitives.containers import BindingsArray
from qiskit.primitives.containers.estimator_pub import EstimatorPub

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qiskit import QuantumCircuit

__all__ = ["pack_pubs", "part_pubs", "pubs_of"]

_SIZE: Final = struct.Struct("!I")


def pack_pubs(pubs: Sequence[EstimatorPub], circuits: bytes) -> bytes:
    """Write what is asked for.

    Args:
        pubs: Circuits with observables and parameter values.
        circuits: Those of the PUBs, encoded.

    Returns:
        The size of a JSON text, the text, and the circuits.
    """
    text = json.dumps([_written(pub) for pub in pubs], separators=(",", ":")).encode()
    return _SIZE.pack(len(text)) + text + circuits


def part_pubs(body: bytes) -> tuple[list[dict[str, Any]], bytes]:
    """Read what ``pack_pubs`` wrote, from whoever.

    Args:
        body: Of a request.

    Returns:
        For each PUB ``observables``, nested lists of terms ``{"XZ": 0.5}``, and
        ``values``, angles in the order of the circuit's parameters, which are the last
        axis; then the encoded circuits.

    Raises:
        ValueError: It is not of this form.
    """
    if len(body) < _SIZE.size:
        raise ValueError("The request is too short.")
    (size,) = _SIZE.unpack_from(body)
    written = json.loads(body[_SIZE.size : _SIZE.size + size])
    if not isinstance(written, list) or not all(
        isinstance(each, dict) and {"observables", "values"} <= each.keys()
        for each in written
    ):
        raise ValueError("The request holds no observables with parameter values.")
    return written, body[_SIZE.size + size :]


def pubs_of(
    written: Sequence[dict[str, Any]], circuits: Sequence[QuantumCircuit]
) -> list[EstimatorPub]:
    """Make the PUBs again.

    Args:
        written: As ``part_pubs`` returns it.
        circuits: Their circuits, in order.

    Raises:
        ValueError: They do not belong together.
    """
    return [
        EstimatorPub.coerce((circuit, each["observables"], _values(each, circuit)), 0.0)
        for each, circuit in zip(written, circuits, strict=True)
    ]


def _written(pub: EstimatorPub) -> dict[str, Any]:
    return {
        "observables": pub.observables.tolist(),
        "values": pub.parameter_values.as_array(pub.circuit.parameters).tolist(),
    }


def _values(written: dict[str, Any], circuit: QuantumCircuit) -> BindingsArray:
    values = np.asarray(written["values"], dtype=float)
    if not circuit.num_parameters:
        return BindingsArray({}, shape=values.shape[:-1])
    return BindingsArray({tuple(circuit.parameters): values})
