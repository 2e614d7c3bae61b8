"""The bytes between a child and its supervisor.

A frame is a 4-byte big-endian payload length, one byte that tells the kind, and the
payload. Frames carry no job id: who sends is known by the channel, not by the content.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Final

from program_runtime.execution.spool import SpooledText, refuse_nul

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from program_runtime.execution.events import Blob

__all__ = [
    "HEADER",
    "INLINE_BYTES",
    "Frame",
    "FrameFault",
    "FrameKind",
    "FrameReader",
    "encode_frame",
]

HEADER: Final = struct.Struct(">IB")
INLINE_BYTES: Final = 64 * 1024
"""Larger payloads are spooled to a file."""

_BUFFER_BYTES: Final = 256 * 1024


class FrameKind(IntEnum):
    """What a frame carries."""

    INTERIM = 1
    METRIC = 2
    CHECKPOINT = 3
    RESULT = 4
    ERROR = 5
    REQUEST = 6
    JOB = 16
    INPUTS = 17
    RESTORED = 18
    STOP = 19
    FILE = 20
    TURNS = 21
    ANSWER = 22


Frame = tuple[int, "str | Blob"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameFault:
    """Why reading stopped: no frame after this one can be trusted."""

    reason: str
    """One of ``unknown_kind``, ``too_large``, ``not_text``, ``storage``."""
    kind: int
    size: int
    limit: int = 0
    detail: str = ""


def encode_frame(kind: int, payload: bytes = b"") -> bytes:
    """Join header and payload.

    Args:
        kind: A ``FrameKind``.
        payload: Below 4 GiB.

    Returns:
        What goes over the channel.

    Example:
        >>> encode_frame(FrameKind.INTERIM, b"42").hex()
        '00000002013432'
    """
    return HEADER.pack(len(payload), kind) + payload


class FrameReader:
    """Cuts a stream of bytes into frames, many a read; does no network I/O.

    Receive into ``space()``, then call ``advance`` with the number of bytes.
    A length over the cap of its kind is refused before anything is allocated.
    """

    def __init__(self, *, caps: Mapping[int, int], spool_dir: Path) -> None:
        self._caps = dict(caps)
        self._spool_dir = spool_dir
        self._view = memoryview(bytearray(_BUFFER_BYTES))
        self._filled = 0
        self._spooled: SpooledText | None = None
        self._spooled_kind = 0
        self._missing = 0
        self.fault: FrameFault | None = None

    def space(self) -> memoryview:
        """The part of the buffer that the next bytes go to."""
        return self._view[self._filled :]

    def advance(self, count: int) -> list[Frame]:
        """Take ``count`` new bytes.

        Args:
            count: How many bytes were written to the beginning of ``space()``.

        Returns:
            The frames that are complete now. Look at ``fault`` afterwards.
        """
        frames: list[Frame] = []
        end = self._filled + count
        start = 0
        if self._spooled is not None:
            start = self._spool(start, end, frames)
        if self._spooled is None and self.fault is None:
            start = self._cut(start, end, frames)
        rest = end - start
        if start and rest and self.fault is None:
            self._view[:rest] = self._view[start:end].tobytes()
        self._filled = rest if self.fault is None else 0
        return frames

    def close(self) -> None:
        """Drop a payload that never came to its end."""
        if self._spooled is not None:
            self._spooled.discard()
            self._spooled = None

    def _cut(self, start: int, end: int, frames: list[Frame]) -> int:
        """Cut whole frames out of the buffer; the hot loop of the supervisor."""
        view, caps, header = self._view, self._caps, HEADER.size
        unpack, add = HEADER.unpack_from, frames.append
        while end - start >= header:
            size, kind = unpack(view, start)
            if size > caps.get(kind, -1):
                self._refuse(kind, size)
                break
            body = start + header
            if size > INLINE_BYTES:
                if not self._open_spool(kind, size):
                    break
                start = self._spool(body, end, frames)
                if self._spooled is not None or self.fault is not None:
                    break
                continue
            stop = body + size
            if stop > end:
                break
            try:
                text = str(view[body:stop], "utf-8")
                refuse_nul(text)
            except ValueError as error:
                self._fail("not_text", kind, size, error)
                break
            add((kind, text))
            start = stop
        return start

    def _refuse(self, kind: int, size: int) -> None:
        limit = self._caps.get(kind)
        if limit is None:
            self.fault = FrameFault(reason="unknown_kind", kind=kind, size=size)
        else:
            self.fault = FrameFault(
                reason="too_large", kind=kind, size=size, limit=limit
            )

    def _open_spool(self, kind: int, size: int) -> bool:
        try:
            self._spooled = SpooledText(self._spool_dir)
        except OSError as error:
            self._fail("storage", kind, size, error)
            return False
        self._spooled_kind = kind
        self._missing = size
        return True

    def _spool(self, start: int, end: int, frames: list[Frame]) -> int:
        """Move what belongs to the large payload to its file."""
        spooled = self._spooled
        if spooled is None:
            return start
        stop = min(end, start + self._missing)
        try:
            spooled.write(self._view[start:stop])
            self._missing -= stop - start
            if not self._missing:
                frames.append((self._spooled_kind, spooled.seal()))
                self._spooled = None
        except ValueError as error:
            self._fail("not_text", self._spooled_kind, self._missing, error)
        except OSError as error:
            self._fail("storage", self._spooled_kind, self._missing, error)
        return stop

    def _fail(self, reason: str, kind: int, size: int, error: Exception) -> None:
        self.fault = FrameFault(reason=reason, kind=kind, size=size, detail=str(error))
        self.close()
