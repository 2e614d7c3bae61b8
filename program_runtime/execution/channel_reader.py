"""Reads a child's channel: many frames a read, few reads a second."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from program_runtime.execution.frames import Frame, FrameReader

__all__ = ["ChannelReader"]

_BUSY_S = 0.002
_NAP_S = 0.001


class ChannelReader:
    """Calls ``on_frames`` with each group; ``ended`` is done at end of file.

    While a program publishes fast, the reader looks once a millisecond instead of being
    woken for every message: the socket's buffer gathers them meanwhile.
    """

    def __init__(
        self,
        channel: socket.socket,
        frames: FrameReader,
        on_frames: Callable[[list[Frame]], None],
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._channel = channel
        self._frames = frames
        self._on_frames = on_frames
        self._nap: asyncio.TimerHandle | None = None
        self._watching = False
        self._paused = False
        self._last_read = 0.0
        self.reset = False
        """The other end was closed before all that we sent had been read."""
        self.ended: asyncio.Future[None] = self._loop.create_future()

    def start(self) -> None:
        """Begin to read."""
        self._watch()

    def pause(self) -> None:
        """Read no more until ``resume``."""
        self._paused = True
        self._unwatch()
        self._wake()

    def resume(self) -> None:
        """Read on."""
        if self._paused:
            self._paused = False
            self._watch()

    def close(self) -> None:
        """Read no more at all."""
        self._unwatch()
        self._wake()
        self._frames.close()
        if not self.ended.done():
            self.ended.set_result(None)

    def _watch(self) -> None:
        if not (self._watching or self.ended.done()):
            self._watching = True
            self._loop.add_reader(self._channel, self._read)

    def _unwatch(self) -> None:
        if self._watching:
            self._watching = False
            self._loop.remove_reader(self._channel)

    def _wake(self) -> None:
        if self._nap is not None:
            self._nap.cancel()
            self._nap = None

    def _read(self) -> None:
        self._nap = None
        try:
            count = self._channel.recv_into(self._frames.space())
        except BlockingIOError:
            self._watch()
            return
        except ConnectionResetError:
            self.reset = True
            count = 0
        except OSError:
            count = 0
        if not count:
            self.close()
            return
        frames = self._frames.advance(count)
        now = self._loop.time()
        busy = now - self._last_read < _BUSY_S
        self._last_read = now
        if frames or self._frames.fault is not None:
            self._on_frames(frames)
        if self._paused or self.ended.done():
            return
        if busy:
            self._unwatch()
            self._nap = self._loop.call_later(_NAP_S, self._read)
        else:
            self._watch()
