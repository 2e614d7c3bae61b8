"""Circuits, instructions and parameters on the wire: Qiskit's QPY format.

Reading QPY before format 13 once evaluated text of the payload (CVE-2025-2000).
Qiskit 1.4.2 and 2.0 parse it instead, and this package needs Qiskit 2.0, so old
formats are read. What stays refused is the symbolic form of formats 10 to 12
which symengine unpickles, and counts that would exhaust the memory.
"""

from __future__ import annotations

import io
import struct
import uuid
from typing import TYPE_CHECKING, Any

import qiskit
from qiskit import QuantumCircuit, qpy
from qiskit.circuit import Instruction, Parameter

from program_runtime.codec import wire
from program_runtime.codec.decoder import NestedDecoder, describe
from program_runtime.codec.encoder import RuntimeEncoder
from program_runtime.codec.legacy_expressions import (
    check_powers,
    read_legacy_expression,
)
from program_runtime.codec.payloads import pack, pack_plain, unpack, unpack_plain
from program_runtime.errors import IncompatibleVersionsError, UndecodableError

if TYPE_CHECKING:
    from qiskit.circuit import ParameterExpression

    from program_runtime.codec.limits import Budget

_WIRE_VERSION = min(wire.NEWEST_WRITTEN, qpy.QPY_VERSION)

_FIRST_SAFE_EXPRESSIONS = 13
_SYMENGINE_VERSIONS = range(10, 13)
_PARAMETER = struct.Struct("!H16s")
_ZLIB_MAGIC = b"\x78"

# A circuit's header: where it begins depends on the version of the format.
_COUNTS = struct.Struct("!II")
_BEFORE_COUNTS = 2 + 1 + 2
_MOST_BITS = 100_000


def encode_circuit(value: QuantumCircuit) -> dict[str, Any]:
    """Tag a circuit; its metadata is encoded like any other value."""
    return {"__type__": "QuantumCircuit", "__value__": pack([_dump(value)])}


def decode_circuit(value: Any, budget: Budget) -> QuantumCircuit:
    """Rebuild a circuit."""
    return _load(unpack(value, budget), budget)


def encode_instruction(value: Instruction) -> dict[str, Any]:
    """Tag an instruction: it travels as the only one of a circuit."""
    circuit = QuantumCircuit(value.num_qubits, value.num_clbits)
    circuit.append(value, circuit.qubits, circuit.clbits)
    return {"__type__": "Instruction", "__value__": pack([_dump(circuit)])}


def decode_instruction(value: Any, budget: Budget) -> Instruction:
    """Rebuild an instruction."""
    return _load(unpack(value, budget), budget).data[0].operation


def encode_parameter(value: Parameter) -> dict[str, Any]:
    """Tag a parameter; an element of a vector becomes a parameter of its own."""
    name = value.name.encode()
    data = _PARAMETER.pack(len(name), value.uuid.bytes) + name
    return {"__type__": "Parameter", "__value__": pack_plain(data)}


def decode_parameter(value: Any, budget: Budget) -> Parameter:
    """Rebuild a parameter, equal to the one that was encoded."""
    data = unpack_plain(value, budget)
    size, identity = _PARAMETER.unpack_from(data)
    name = data[_PARAMETER.size :]
    if len(name) != size:
        raise UndecodableError("The name of the parameter ends too early.")
    return Parameter(name.decode(), uuid=uuid.UUID(bytes=identity))


def encode_parameters(value: Any) -> list[Any]:
    """Turn a view or a vector of parameters into a list of them."""
    return list(value)


def encode_expression(value: ParameterExpression) -> Any:
    """Tag an expression: it travels as the angle of a circuit's only gate.

    One without free parameters is its number.
    """
    if not value.parameters:
        return value.numeric()
    circuit = QuantumCircuit(1)
    circuit.rz(value, 0)
    return {"__type__": "ParameterExpression", "__value__": pack([_dump(circuit)])}


def decode_expression(value: Any, budget: Budget) -> ParameterExpression:
    """Rebuild an expression, also one that a retired client sent."""
    data = unpack_plain(value, budget)
    if not data.startswith(_ZLIB_MAGIC):
        return read_legacy_expression(data)
    return _load(unpack(value, budget), budget).data[0].operation.params[0]


def _dump(circuit: QuantumCircuit) -> bytes:
    buffer = io.BytesIO()
    reader = wire.target()
    version = _WIRE_VERSION if reader is None else min(_WIRE_VERSION, reader.qpy)
    try:
        qpy.dump(circuit, buffer, metadata_serializer=RuntimeEncoder, version=version)
    except qpy.UnsupportedFeatureForVersion as err:
        if reader is None:
            raise
        raise _refusal(
            reader, f"{err.feature} needs QPY format {err.required}"
        ) from err
    except ValueError as err:
        if reader is None or version >= qpy.QPY_COMPATIBILITY_VERSION:
            raise
        oldest = qpy.QPY_COMPATIBILITY_VERSION
        raise _refusal(
            reader, f"Qiskit {qiskit.__version__} writes QPY from format {oldest} on"
        ) from err
    return buffer.getvalue()


def _refusal(reader: wire.Target, reason: str) -> IncompatibleVersionsError:
    return IncompatibleVersionsError(
        f"The circuit can not be written for {reader.reader}, whose Qiskit reads QPY "
        f"up to format {reader.qpy}: {reason}.",
        hint=f"Update Qiskit on the side of {reader.reader}.",
    )


def _load(data: bytes, budget: Budget) -> QuantumCircuit:
    _check(data)
    metadata: Any = NestedDecoder(budget) if b"__type__" in data else None
    try:
        circuits = qpy.load(io.BytesIO(data), metadata_deserializer=metadata)
    except Exception as err:
        raise UndecodableError(f"The circuit can not be read: {describe(err)}") from err
    except BaseException as err:
        # A panic of Qiskit's Rust code is no Exception.
        if type(err).__name__ != "PanicException":
            raise
        raise UndecodableError("The circuit is malformed.") from err
    if len(circuits) != 1 or not isinstance(circuits[0], QuantumCircuit):
        raise UndecodableError("The payload is not one circuit.")
    return circuits[0]


def _check(data: bytes) -> None:
    if data[:6] != b"QISKIT" or len(data) < 28:  # noqa: PLR2004
        raise UndecodableError("The payload is no circuit in QPY format.")
    version = data[6]
    if version > qpy.QPY_VERSION:
        raise UndecodableError(
            f"The circuit is in QPY format {version}; "
            f"this Qiskit reads up to {qpy.QPY_VERSION}.",
            hint="Upgrade it with 'pip install -U qiskit'.",
        )
    if version in _SYMENGINE_VERSIONS and data[18:19] == b"e":
        raise UndecodableError(
            f"The circuit is in QPY format {version} with symengine expressions, "
            "which only pickle reads.",
            hint="Write it with qpy.dump(..., use_symengine=False).",
        )
    if version < _FIRST_SAFE_EXPRESSIONS:
        check_powers(data.decode("latin-1"))
    _check_counts(data, version)


def _check_counts(data: bytes, version: int) -> None:
    """Refuse a header that claims more bits than any circuit has."""
    start = 18 if version < 10 else 19  # noqa: PLR2004
    if version >= 16:  # noqa: PLR2004 - a table of offsets, one here
        (start,) = struct.unpack_from("!Q", data, 20)
    elif version >= 5:  # noqa: PLR2004 - the kind of program
        start += 1
    before = _BEFORE_COUNTS if version > 1 else 2 + 8
    if start + before + _COUNTS.size > len(data):
        raise UndecodableError("The circuit ends too early.")
    counts = _COUNTS.unpack_from(data, start + before)
    if max(counts) > _MOST_BITS:
        raise UndecodableError(
            f"The circuit claims {counts[0]} qubits and {counts[1]} classical bits; "
            f"the limit is {_MOST_BITS}."
        )
