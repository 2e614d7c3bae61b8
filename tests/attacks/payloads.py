"""Texts of hostile inputs; the corpus names them by their function."""

from __future__ import annotations

import base64
import functools
import json
import zlib
from typing import Any

_MIB = 1024 * 1024


def decompression_bomb(_facts: dict[str, Any]) -> bytes:
    """300 MiB of zeros, as an array and as a sparse matrix would carry them."""
    return _inputs({"__type__": "ndarray", "__value__": _squeezed(300)})


def many_bombs(_facts: dict[str, Any]) -> bytes:
    """Fifty times 20 MiB."""
    bomb = {"__type__": "ndarray", "__value__": _squeezed(20)}
    return _inputs([bomb] * 50)


def hostile_types(facts: dict[str, Any]) -> bytes:
    """Tags that name what must not be called, with arguments that would be seen."""
    words = ["touch", f"{facts['data']['path']}/pwned"]
    return _inputs(
        [
            {
                "__type__": kind,
                "__module__": module,
                "__class__": name,
                "__value__": {"args": words, "__value__": words},
                "_json": {"args": words},
            }
            for kind in ("settings", "function", "object", "module", "Result", "type")
            for module, name in (("subprocess", "Popen"), ("os", "system"))
        ]
    )


def hostile_circuit(_facts: dict[str, Any]) -> bytes:
    """QPY of version 10, whose symbolic expressions were executed (CVE-2025-2000)."""
    circuit = (
        b"QISKIT" + bytes([10, 1, 0, 0, 0, 0, 0, 0, 0, 1]) + b"cos" + b"\xff" * 200
    )
    data = base64.standard_b64encode(zlib.compress(circuit)).decode()
    return _inputs({"__type__": "QuantumCircuit", "__value__": data})


def deep(_facts: dict[str, Any]) -> bytes:
    """A hundred thousand lists."""
    return b'{"value": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"


def not_json(_facts: dict[str, Any]) -> bytes:
    """Neither text nor JSON."""
    return b'{"value": NaN,, \xff}'


def large_number(_facts: dict[str, Any]) -> bytes:
    """A million digits."""
    return b'{"value": ' + b"9" * 1_000_000 + b"}"


def stands_in_for_backend(_facts: dict[str, Any]) -> bytes:
    """The names of what the runtime gives."""
    return json.dumps({"backend": "mine", "user_messenger": "mine"}).encode()


def _inputs(value: Any) -> bytes:
    return json.dumps({"value": value}).encode()


@functools.cache
def _squeezed(mebibytes: int) -> str:
    squeezer = zlib.compressobj(1)
    pieces = [squeezer.compress(bytes(_MIB)) for _ in range(mebibytes)]
    return base64.standard_b64encode(b"".join([*pieces, squeezer.flush()])).decode()
