"""What child, supervisor and broker send each other: a line of JSON, then bytes.

Where only text can go, the bytes are base64.
"""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from program_runtime.backends.device import CircuitResult

__all__ = [
    "HEADER_BYTES",
    "pack",
    "pack_results",
    "pack_text",
    "unpack",
    "unpack_text",
]

HEADER_BYTES: Final = 64 * 1024
"""A longer first line is refused."""


def pack(content: Mapping[str, Any], body: bytes = b"") -> bytes:
    r"""Join the two.

    Example:
        >>> pack({"id": 1}, b"\x00")
        b'{"id":1}\n\x00'
    """
    return json.dumps(content, separators=(",", ":")).encode() + b"\n" + body


def pack_text(content: Mapping[str, Any], body: bytes = b"") -> bytes:
    """Likewise, for a channel that takes text alone."""
    return pack(content, base64.b64encode(body))


def unpack(payload: bytes | bytearray | memoryview) -> tuple[dict[str, Any], bytes]:
    """Part the two.

    Args:
        payload: From whoever; nothing in it is believed.

    Returns:
        The JSON object, and the bytes as they are.

    Raises:
        ValueError: It is not of this form.
    """
    data = bytes(payload)
    end = data.find(b"\n", 0, HEADER_BYTES)
    if end < 0:
        raise ValueError("the message has no first line, or a longer one than allowed")
    try:
        content = json.loads(data[:end])
    except RecursionError as error:
        raise ValueError("the first line is nested too deeply") from error
    if not isinstance(content, dict):
        raise ValueError("the first line is not a JSON object")  # noqa: TRY004
    return content, data[end + 1 :]


def unpack_text(payload: bytes | bytearray) -> tuple[dict[str, Any], bytes]:
    """Likewise, of a channel that takes text alone.

    Raises:
        ValueError: It is not of this form.
    """
    content, body = unpack(payload)
    try:
        return content, base64.b64decode(body, validate=True)
    except binascii.Error as error:
        raise ValueError(f"the circuits are not base64: {error}") from error


def pack_results(results: Iterable[CircuitResult]) -> bytes:
    """Write what circuits have measured: the body of the answer to ``run``."""
    circuits: list[dict[str, Any]] = []
    for found in results:
        entry: dict[str, Any] = {"shots": found.shots}
        if found.packed is not None:
            entry["packed"] = base64.b64encode(zlib.compress(found.packed)).decode()
        else:
            counts = found.counts or {}
            entry["counts"] = {hex(value): count for value, count in counts.items()}
        circuits.append(entry)
    return json.dumps({"circuits": circuits}).encode()
