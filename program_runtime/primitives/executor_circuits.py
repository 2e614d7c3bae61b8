"""Circuits of the executor's inputs, read once for each payload in a warm worker."""

from __future__ import annotations

import io
import struct
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from qiskit import QuantumCircuit, qasm3, qpy

from program_runtime.codec.limits import Budget, DecodeLimits
from program_runtime.codec.payloads import unpack, unpack_plain
from program_runtime.primitives.executor_findings import UnfitError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import NoReturn

__all__ = ["read_circuits"]

_MOST_BYTES: Final = 256 * 1024 * 1024
_MOST_QASM_CHARACTERS: Final = 16 * 1024 * 1024

# Formats before 13 hold expressions as texts to evaluate, or as pickles.
_OLDEST_QPY: Final = 13
_HEADER: Final = struct.Struct("!6sBBBBQ")
_MAGIC: Final = b"QISKIT"
# From this format on a table says where each circuit begins.
_FIRST_WITH_TABLE: Final = 16
_START: Final = 20
_OFFSET: Final = struct.Struct("!Q")
# A circuit's header: the sizes of its name and phase, then its qubits and bits.
_COUNTS: Final = struct.Struct("!HBHII")
_MOST_BITS: Final = 100_000
_MOST_TOLD: Final = 300
_UNBUILT: Final = (
    "send the template and the samplex that samplomatic.build() makes of the circuit"
)


def read_circuits(
    value: Mapping[str, Any], *, compressed: bool
) -> tuple[QuantumCircuit, ...]:
    """Read circuits in either of their forms.

    Args:
        value: QPY as ``b64_data`` (``circuit_b64`` in an item of its own), or
            OpenQASM 3 as a list of texts in ``data``.
        compressed: Whether the QPY is a zlib stream.

    Returns:
        The circuits; they are shared between calls, so nobody may change them.

    Raises:
        UnfitError: They can not be read.
        UndecodableError: The payload is no base64 text, or no zlib stream.
    """
    if "data" in value:
        return _from_qasm(tuple(value["data"]))
    text = value.get("b64_data", value.get("circuit_b64"))
    if not isinstance(text, str):
        raise UnfitError("it holds no circuits: neither b64_data nor data")
    return _from_qpy(text, compressed=compressed)


@lru_cache(maxsize=16)
def _from_qpy(text: str, *, compressed: bool) -> tuple[QuantumCircuit, ...]:
    budget = Budget(DecodeLimits(decoded_bytes=_MOST_BYTES))
    data = (unpack if compressed else unpack_plain)(text, budget)
    _check_header(data)
    try:
        circuits = qpy.load(io.BytesIO(data))
    except BaseException as err:  # noqa: BLE001 - Rust's panics are no Exceptions
        _refuse("the circuits can not be read", err)
    return _checked(circuits)


@lru_cache(maxsize=16)
def _from_qasm(texts: tuple[str, ...]) -> tuple[QuantumCircuit, ...]:
    length = sum(map(len, texts))
    if length > _MOST_QASM_CHARACTERS:
        raise UnfitError(
            f"the OpenQASM 3 texts have {length} characters, "
            f"the limit is {_MOST_QASM_CHARACTERS}"
        )
    circuits = []
    for index, text in enumerate(texts):
        try:
            circuits.append(qasm3.loads(text))
        except BaseException as err:  # noqa: BLE001 - Rust's panics are no Exceptions
            _refuse(f"the OpenQASM 3 text {index} can not be read", err)
    return _checked(circuits)


def _check_header(data: bytes) -> None:
    if len(data) < _HEADER.size or data[:6] != _MAGIC:
        raise UnfitError("the circuits are not in QPY format")
    _, version, *_, count = _HEADER.unpack_from(data)
    if version > qpy.QPY_VERSION:
        raise UnfitError(
            f"the circuits are in QPY format {version}, the service's Qiskit reads "
            f"up to {qpy.QPY_VERSION}",
            hint="update Qiskit where the service runs",
        )
    if version < _OLDEST_QPY:
        raise UnfitError(
            f"the circuits are in QPY format {version}, the oldest that is read is "
            f"{_OLDEST_QPY}",
            hint="update Qiskit where the client runs",
        )
    if count > len(data):
        raise UnfitError(f"the QPY payload of {len(data)} bytes claims {count} parts")
    for start in _starts(data, version, count):
        _check_counts(data, start)


def _starts(data: bytes, version: int, count: int) -> Sequence[int]:
    """Where circuits begin; without a table that is known of the first one only."""
    if version < _FIRST_WITH_TABLE:
        return [_START][:count]
    end = _START + count * _OFFSET.size
    if end > len(data):
        raise UnfitError("the QPY payload ends too early")
    return [start for (start,) in _OFFSET.iter_unpack(data[_START:end])]


def _check_counts(data: bytes, start: int) -> None:
    """Refuse a header that claims more bits than any circuit has."""
    if start + _COUNTS.size > len(data):
        raise UnfitError("the QPY payload ends too early")
    *_, qubits, bits = _COUNTS.unpack_from(data, start)
    if max(qubits, bits) > _MOST_BITS:
        raise UnfitError(
            f"a circuit claims {qubits} qubits and {bits} classical bits, "
            f"the limit is {_MOST_BITS}"
        )


def _checked(circuits: Sequence[Any]) -> tuple[QuantumCircuit, ...]:
    for index, circuit in enumerate(circuits):
        if not isinstance(circuit, QuantumCircuit):
            raise UnfitError(f"part {index} of the payload is no circuit")
    return tuple(circuits)


def _refuse(message: str, err: BaseException) -> NoReturn:
    if not isinstance(err, Exception) and type(err).__name__ != "PanicException":
        raise err
    told = " ".join(str(err).split())[:_MOST_TOLD]
    raise UnfitError(
        f"{message}: {type(err).__name__}{': ' * bool(told)}{told}",
        hint=_UNBUILT if "annotation" in told else None,
    ) from err
