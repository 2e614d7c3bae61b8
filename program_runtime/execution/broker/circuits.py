"""Reads circuits that a program has sent, with suspicion."""

from __future__ import annotations

import io
import struct
import zlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

__all__ = ["read_circuits"]

_UNPACKED_BYTES: Final = 256 * 1024 * 1024
_MAGIC: Final = struct.Struct("!6sB")
_OLDEST: Final = 13
"""Earlier formats could run code when they were read (CVE-2025-2000)."""


def read_circuits(body: bytes) -> list[QuantumCircuit]:
    """Read compressed QPY.

    Args:
        body: Of a program.

    Returns:
        Its circuits.

    Raises:
        ValueError: It is not that.
    """
    from qiskit import QuantumCircuit, qpy  # noqa: PLC0415 - 0.6 s

    data = _unpacked(body)
    if len(data) < _MAGIC.size:
        raise ValueError("The circuits are no QPY: too short.")
    magic, version = _MAGIC.unpack_from(data)
    if magic != b"QISKIT":
        raise ValueError("The circuits are no QPY.")
    if version < _OLDEST:
        raise ValueError(
            f"The circuits are QPY {version}; nothing below {_OLDEST} is read, "
            "because it could run code."
        )
    try:
        circuits = qpy.load(io.BytesIO(data))
    except Exception as error:
        raise ValueError(
            f"The circuits can not be read: {type(error).__name__}: {error}"
        ) from error
    if not all(isinstance(circuit, QuantumCircuit) for circuit in circuits):
        raise ValueError("What was sent are not circuits alone.")
    return list(circuits)


def _unpacked(body: bytes) -> bytes:
    unpacker = zlib.decompressobj()
    try:
        data = unpacker.decompress(body, _UNPACKED_BYTES)
    except zlib.error as error:
        raise ValueError(f"The circuits are not compressed as expected: {error}") from (
            error
        )
    if unpacker.unconsumed_tail:
        raise ValueError(
            f"The circuits have more than {_UNPACKED_BYTES} bytes when unpacked."
        )
    return data
