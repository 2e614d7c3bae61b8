"""Bytes to base64 text and back, compressed where that is worth its time."""

from __future__ import annotations

import binascii
import zlib
from typing import TYPE_CHECKING, Any

from program_runtime.errors import UndecodableError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from program_runtime.codec.limits import Budget

# Up to this size compressing all of it costs no more than looking at samples.
_SMALL_BYTES = 16 * 1024
_SAMPLE_BYTES = 4 * 1024
_SAMPLES = 4

# Random doubles shrink to 0.95 of their size at 25 ns a byte: not worth it.
_WORTHWHILE_RATIO = 0.85

# On arrays level 6, zlib's default, takes 2 to 10 times as long as level 1 and
# gains a few per cent.
_FAST = 1
_STORED = 0


def pack(parts: Sequence[bytes | memoryview]) -> str:
    """Compress bytes, given in parts, into base64 text.

    Bytes that would hardly shrink, judged by samples, are stored: a zlib stream
    too, so every reader of compressed payloads reads it.
    """
    size = sum(len(part) for part in parts)
    level = _FAST if size <= _SMALL_BYTES or _shrinks(parts) else _STORED
    stream = zlib.compressobj(level)
    compressed = [stream.compress(part) for part in parts]
    compressed.append(stream.flush())
    return pack_plain(b"".join(compressed))


def pack_plain(data: bytes) -> str:
    """Turn bytes into base64 text without compression."""
    return binascii.b2a_base64(data, newline=False).decode("ascii")


def unpack(text: Any, budget: Budget) -> bytes:
    """Decompress base64 text, never into more bytes than the budget has left.

    Raises:
        UndecodableError: no text, no base64, no zlib stream, incomplete, or too
            large.
    """
    compressed = _from_base64(text)
    stream = zlib.decompressobj()
    try:
        data = stream.decompress(compressed, budget.bytes_left + 1)
    except zlib.error as err:
        raise UndecodableError(f"The payload is no zlib stream: {err}.") from err
    budget.take_bytes(len(data))
    if not stream.eof:
        raise UndecodableError("The payload ends too early.")
    if stream.unused_data:
        raise UndecodableError("Bytes follow the end of the payload.")
    return data


def unpack_plain(text: Any, budget: Budget) -> bytes:
    """Turn base64 text into bytes, no more than the budget has left.

    Raises:
        UndecodableError: no text, no base64 or too large.
    """
    data = _from_base64(text)
    budget.take_bytes(len(data))
    return data


def _from_base64(text: Any) -> bytes:
    if not isinstance(text, str):
        raise UndecodableError(
            f"The payload is not base64 text but of type {type(text).__name__!r}."
        )
    try:
        return binascii.a2b_base64(text, strict_mode=True)
    except ValueError as err:
        raise UndecodableError(f"The payload is no base64: {err}.") from err


def _shrinks(parts: Sequence[bytes | memoryview]) -> bool:
    """Compress a few samples of the longest part."""
    longest = max(parts, key=len)
    step = max(1, (len(longest) - _SAMPLE_BYTES) // (_SAMPLES - 1))
    starts = range(0, len(longest) - _SAMPLE_BYTES + 1, step)
    sample = b"".join(longest[start : start + _SAMPLE_BYTES] for start in starts)
    return len(zlib.compress(sample, _FAST)) < _WORTHWHILE_RATIO * len(sample)
