"""Bounds on what a connection may send before there is a request to judge.

Uvicorn takes a head of any size, and any time: one connection could fill the memory
with a header that never ends, or be held open by a byte an hour.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

if TYPE_CHECKING:
    import asyncio

__all__ = ["BoundedHttp"]

_logger = logging.getLogger(__name__)
_logger.setLevel(logging.ERROR)
"""Who sends nonsense a thousand times a second shall not fill the disk with it."""

_TOO_LARGE: Final = (b"431 Request Header Fields Too Large", b"The head is too large.")
_TOO_SLOW: Final = (b"408 Request Timeout", b"The request came too slowly.")


class _HeadTooLargeError(Exception):
    """Ends the parsing."""


class BoundedHttp(HttpToolsProtocol):
    """Uvicorn's protocol with an end to its patience.

    The time for a head begins with the connection, or with its first byte on a
    connection that was used before. Who waits for an answer may take their time:
    only who owes us something is watched.
    """

    HEAD_BYTES = 64 * 1024
    """Request line and headers; also what may lie around the bytes of a body."""
    HEADERS = 100
    PACE_S = 15.0
    """A head has to come within this time, and of a body some bytes each time."""
    PACE_BYTES = 1024
    LAST_WORDS_S = 1.0
    """How long a connection that is closed may take to hear of it."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.logger = _logger
        self._watch: asyncio.TimerHandle | None = None
        self._is_open = False
        self._has_head = False
        self._has_grown = False
        self._around_bytes = 0
        self._head_bytes = 0
        self._since_tick = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as Uvicorn has it
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._start_watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._end_watch()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse what came, and see whether the request gets anywhere."""
        self._has_grown = False
        super().data_received(data)
        if self.transport.is_closing() or self._is_websocket():
            self._end_watch()
            return
        self._since_tick += len(data)
        if self._has_grown or not self._is_open:
            self._around_bytes = 0
        else:
            self._around_bytes += len(data)
            if self._around_bytes > self.HEAD_BYTES:
                self._refuse(*_TOO_LARGE)
                return
        if self._is_open or self._is_unused():
            self._start_watch()
        else:
            self._end_watch()

    def shutdown(self) -> None:
        """End gracefully, but without waiting for the other side's good-bye."""
        super().shutdown()
        if self.transport.is_closing():
            self._abort_soon()

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._is_open, self._has_head = True, False
        self._head_bytes = 0

    def on_url(self, url: bytes) -> None:
        """Count what can be a long line."""
        self._count(url)
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Count headers, and those that follow a body as well."""
        self._count(name, value)
        super().on_header(name, value)
        if len(self.headers) > self.HEADERS:
            raise _HeadTooLargeError

    def on_headers_complete(self) -> None:
        """The head is there."""
        self._has_head = self._has_grown = True
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A piece of the body is there."""
        self._has_grown = True
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is there, whole."""
        self._is_open = False
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Say what is wrong with a request that can not be parsed."""
        if self._head_bytes > self.HEAD_BYTES or len(self.headers) > self.HEADERS:
            self._refuse(*_TOO_LARGE)
        else:
            super().send_400_response(msg)

    def _count(self, *pieces: bytes) -> None:
        self._head_bytes += sum(map(len, pieces))
        if self._head_bytes > self.HEAD_BYTES:
            raise _HeadTooLargeError

    def _is_websocket(self) -> bool:
        return self.transport.get_protocol() is not self

    def _is_unused(self) -> bool:
        """Whether nobody waits for an answer."""
        return self.cycle is None or self.cycle.response_complete

    def _start_watch(self) -> None:
        if self._watch is None:
            self._since_tick = 0
            self._watch = self.loop.call_later(self.PACE_S, self._tick)

    def _end_watch(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None

    def _tick(self) -> None:
        self._watch = None
        # While nothing is read, it is us who are slow.
        is_late = not self._has_head or self._since_tick < self.PACE_BYTES
        if is_late and not self.flow.read_paused:
            self._refuse(*_TOO_SLOW)
        else:
            self._start_watch()

    def _refuse(self, status: bytes, reason: bytes) -> None:
        if self._is_unused():
            self.transport.write(
                b"HTTP/1.1 %b\r\nContent-Type: text/plain; charset=utf-8\r\n"
                b"Content-Length: %d\r\nConnection: close\r\n\r\n%b"
                % (status, len(reason), reason)
            )
        self.transport.close()
        self._abort_soon()

    def _abort_soon(self) -> None:
        self.loop.call_later(self.LAST_WORDS_S, self.transport.abort)
