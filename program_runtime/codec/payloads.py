"""Bytes to base64 text and back, compressed where that is worth its time."""

from __future__ import annotations

import binascii
import zlib
from typing import TYPE_CHECKING, Any

from program_runtime.errors import UndecodableError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from program_runtime.codec.limits import Budget

# Up to this size compressing all of it costs no more than looking at samples.
_SMALL_BYTES = 4 * 1024
_SAMPLE_BYTES = 4 * 1024
_SAMPLES = 4

_CHUNK_BYTES = 3 * 64 * 1024
_CHUNK_CHARACTERS = 4 * 64 * 1024

_TRAILING = "Bytes follow the end of the payload."

# Random doubles shrink to 0.95 of their size at 25 ns a byte: not worth it.
_WORTHWHILE_RATIO = 0.85

# On arrays level 6, zlib's default, takes 2 to 10 times as long as level 1 and
# gains a few per cent.
_FAST = 1
_STORED = 0

# Circuits gain 15 %, and what is smaller is also decoded sooner.
_DENSE = 6


def pack(parts: Sequence[bytes | memoryview], *, level: int = _DENSE) -> str:
    """Compress bytes, given in parts, into base64 text."""
    stream = zlib.compressobj(level)
    if sum(map(len, parts)) <= _CHUNK_BYTES:
        return pack_plain(b"".join((*map(stream.compress, parts), stream.flush())))
    # In chunks that stay in the processor's cache.
    texts, pending = [], b""
    for chunk in _chunks(parts):
        pending += stream.compress(chunk)
        whole = len(pending) - len(pending) % 3
        texts.append(pack_plain(pending[:whole]))
        pending = pending[whole:]
    texts.append(pack_plain(pending + stream.flush()))
    return "".join(texts)


def level_for(data: bytes | memoryview) -> int:
    """Choose the level for an array's data by compressing samples of it.

    Data that would hardly shrink is stored: a zlib stream too, so every reader of
    compressed payloads reads it.
    """
    if len(data) <= _SMALL_BYTES:
        return _FAST
    size = min(_SAMPLE_BYTES, max(_SMALL_BYTES, len(data) // 4) // _SAMPLES)
    step = (len(data) - size) // (_SAMPLES - 1)
    starts = range(0, len(data) - size + 1, step)
    sample = b"".join(data[start : start + size] for start in starts)
    shrinks = len(zlib.compress(sample, _FAST)) < _WORTHWHILE_RATIO * len(sample)
    return _FAST if shrinks else _STORED


def pack_plain(data: bytes) -> str:
    """Turn bytes into base64 text without compression."""
    return binascii.b2a_base64(data, newline=False).decode("ascii")


def unpack(text: Any, budget: Budget) -> bytes:
    """Decompress base64 text, never into more bytes than the budget has left.

    Raises:
        UndecodableError: no text, no base64, no zlib stream, incomplete, or too
            large.
    """
    if not isinstance(text, str) or len(text) > _CHUNK_CHARACTERS:
        return b"".join(unpack_chunks(text, budget))
    stream = zlib.decompressobj()
    try:
        data = stream.decompress(_from_base64(text), budget.bytes_left + 1)
    except zlib.error as err:
        raise _no_stream(err) from err
    budget.take_bytes(len(data))
    _check_end(stream)
    return data


def unpack_chunks(text: Any, budget: Budget) -> Iterator[bytes]:
    """Decompress base64 text in chunks, so that nobody needs all of it at once.

    Raises:
        UndecodableError: as :func:`unpack`.
    """
    stream = zlib.decompressobj()
    try:
        for compressed in _base64_chunks(text):
            rest = compressed
            while rest and not stream.eof:
                data = stream.decompress(rest, _CHUNK_BYTES)
                budget.take_bytes(len(data))
                rest = stream.unconsumed_tail
                if data:
                    yield data
            if rest:
                raise UndecodableError(_TRAILING)
    except zlib.error as err:
        raise _no_stream(err) from err
    _check_end(stream)


def unpack_plain(text: Any, budget: Budget) -> bytes:
    """Turn base64 text into bytes, no more than the budget has left.

    Raises:
        UndecodableError: no text, no base64 or too large.
    """
    data = b"".join(_base64_chunks(text))
    budget.take_bytes(len(data))
    return data


def _base64_chunks(text: Any) -> Iterator[bytes]:
    if not isinstance(text, str):
        raise UndecodableError(
            f"The payload is not base64 text but of type {type(text).__name__!r}."
        )
    for start in range(0, len(text), _CHUNK_CHARACTERS):
        piece = text[start : start + _CHUNK_CHARACTERS]
        data = _from_base64(piece)
        if len(data) < _CHUNK_BYTES and start + len(piece) < len(text):
            raise UndecodableError("The payload is no base64: padding inside.")
        yield data


def _from_base64(text: str) -> bytes:
    try:
        return binascii.a2b_base64(text, strict_mode=True)
    except ValueError as err:
        raise UndecodableError(f"The payload is no base64: {err}.") from err


def _no_stream(error: zlib.error) -> UndecodableError:
    return UndecodableError(f"The payload is no zlib stream: {error}.")


def _check_end(stream: zlib._Decompress) -> None:
    if not stream.eof:
        raise UndecodableError("The payload ends too early.")
    if stream.unused_data:
        raise UndecodableError(_TRAILING)


def _chunks(parts: Sequence[bytes | memoryview]) -> Iterator[bytes | memoryview]:
    for part in parts:
        for start in range(0, len(part), _CHUNK_BYTES):
            yield part[start : start + _CHUNK_BYTES]
