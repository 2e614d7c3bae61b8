"""What the supervisor sends while a program runs: the wish to stop, and answers."""

from __future__ import annotations

import select
import socket
import threading
import time
from typing import TYPE_CHECKING, Final

from program_runtime.execution.frames import HEADER, FrameKind

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Inbox"]

_PIECE_BYTES: Final = 256 * 1024
_TAKE_OVER_S: Final = 0.5
_POLL_MS: Final = 1000


class Inbox:
    """Sorts frames without a thread of its own.

    Whoever waits first reads for all that wait; when it has what it waited for, another
    goes on. A program that never asks the broker for anything stays at one thread.
    """

    def __init__(self, channel: socket.socket) -> None:
        # Bound now: the program may patch the modules that these come from.
        self._recv = channel.recv
        self._poll = select.poll()
        self._poll.register(channel, select.POLLIN)
        self._clock = time.monotonic
        self._unpack = HEADER.unpack_from
        self._reading = threading.Lock()
        self._changed = threading.Condition()
        self._rest = bytearray()
        self._stop = False
        self._ended = False
        self.on_answer: Callable[[bytes], None] | None = None
        """Takes the payload of each answer."""

    def stop_requested(self) -> bool:
        """Look, without waiting, whether the caller wants the program to stop."""
        if not self._stop:
            self.look()
        return self._stop

    def look(self) -> None:
        """Take what has come, unless another thread does that just now."""
        if self._reading.acquire(blocking=False):
            try:
                self._read()
            finally:
                self._reading.release()

    def wait(self, ready: Callable[[], bool], timeout_s: float | None) -> bool:
        """Wait until ``ready``, which is asked again after each frame.

        Returns:
            Whether it is; not if the time was too short.

        Raises:
            ConnectionError: The supervisor hung up.
        """
        end = None if timeout_s is None else self._clock() + timeout_s
        while not ready():
            if self._ended:
                raise ConnectionResetError("The supervisor has hung up.")
            left_s = _TAKE_OVER_S if end is None else end - self._clock()
            if left_s <= 0:
                return ready()
            if self._reading.acquire(blocking=False):
                try:
                    self._poll.poll(min(left_s * 1000, _POLL_MS))
                    self._read()
                finally:
                    self._reading.release()
                    with self._changed:
                        self._changed.notify_all()
            else:
                with self._changed:
                    if not ready():
                        self._changed.wait(min(left_s, _TAKE_OVER_S))
        return True

    def _read(self) -> None:
        while True:
            try:
                piece = self._recv(_PIECE_BYTES, socket.MSG_DONTWAIT)
            except BlockingIOError:
                return
            except OSError:
                piece = b""
            if not piece:
                self._ended = True
                return
            self._rest += piece
            self._cut()

    def _cut(self) -> None:
        start, rest = 0, self._rest
        while len(rest) - start >= HEADER.size:
            size, kind = self._unpack(rest, start)
            stop = start + HEADER.size + size
            if stop > len(rest):
                break
            if kind == FrameKind.STOP:
                self._stop = True
            elif kind == FrameKind.ANSWER and self.on_answer is not None:
                self.on_answer(bytes(rest[start + HEADER.size : stop]))
            start = stop
        if start:
            del rest[:start]
            with self._changed:
                self._changed.notify_all()
