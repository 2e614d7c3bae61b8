"""Reads what a program prints, its subprocesses included."""

from __future__ import annotations

import asyncio
import codecs
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["LogReader"]

_READ_BYTES = 64 * 1024
_BUSY_S = 0.002
_NAP_S = 0.001


class LogReader:
    """Calls ``on_text`` with text; ``ended`` is done when nobody can write any more.

    Bytes that are not UTF-8 become U+FFFD, and so does NUL, which not every store
    takes. At most ``limit`` bytes are read; one more calls ``on_excess``.
    """

    def __init__(
        self,
        fd: int,
        *,
        limit: int,
        on_text: Callable[[str], None],
        on_excess: Callable[[], None],
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._fd = fd
        self._left = limit
        self._on_text = on_text
        self._on_excess = on_excess
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._watching = False
        self._paused = False
        self._hurried = False
        self._last_read = 0.0
        self._nap: asyncio.TimerHandle | None = None
        self.ended: asyncio.Future[None] = self._loop.create_future()

    def start(self) -> None:
        """Begin to read."""
        self._watch()

    def pause(self) -> None:
        """Read no more until ``resume``."""
        self._paused = True
        self._unwatch()

    def resume(self) -> None:
        """Read on."""
        if self._paused:
            self._paused = False
            self._watch()

    def hurry(self) -> None:
        """The program has finished: take the rest as fast as it comes."""
        self._hurried = True
        if self._nap is not None:
            self._nap.cancel()
            self._watch()

    def close(self) -> None:
        """Read no more at all."""
        self._unwatch()
        if not self.ended.done():
            self._emit(self._decoder.decode(b"", final=True))
            self.ended.set_result(None)

    def _watch(self) -> None:
        self._nap = None
        if not (self._watching or self._paused or self.ended.done()):
            self._watching = True
            self._loop.add_reader(self._fd, self._read)

    def _unwatch(self) -> None:
        if self._nap is not None:
            self._nap.cancel()
            self._nap = None
        if self._watching:
            self._watching = False
            self._loop.remove_reader(self._fd)

    def _read(self) -> None:
        try:
            data = os.read(self._fd, _READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.close()
            return
        kept = data[: self._left]
        self._left -= len(kept)
        self._emit(self._decoder.decode(kept))
        if len(kept) < len(data):
            self._on_excess()
            self.close()
            return
        now = self._loop.time()
        busy = now - self._last_read < _BUSY_S
        self._last_read = now
        if busy and not (self._paused or self._hurried):
            # Lines that are printed one after another become one event.
            self._unwatch()
            self._nap = self._loop.call_later(_NAP_S, self._watch)

    def _emit(self, text: str) -> None:
        if text:
            self._on_text(text.replace("\0", "\ufffd"))
