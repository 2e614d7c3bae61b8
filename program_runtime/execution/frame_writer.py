"""Sends frames to a child, one whole frame after another."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from program_runtime.execution.frames import encode_frame

if TYPE_CHECKING:
    import socket

__all__ = ["FrameWriter"]


class FrameWriter:
    """Never waits: what a slow child has not read yet is kept here.

    How much that can be is bounded by how much a child can ask for.
    """

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        self._waiting: deque[bytes] = deque()
        self._task: asyncio.Task[None] | None = None
        self._closed = False

    def send(self, kind: int, payload: bytes = b"") -> None:
        """Send a frame soon; to a child that is gone, nothing."""
        if self._closed:
            return
        self._waiting.append(encode_frame(kind, payload))
        if self._task is None:
            self._task = asyncio.create_task(self._drain())

    async def close(self) -> None:
        """Drop what was not sent, and whatever is to be sent from now on."""
        self._closed = True
        self._waiting.clear()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _drain(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while self._waiting:
                await loop.sock_sendall(self._channel, self._waiting.popleft())
        except OSError:
            self._waiting.clear()  # it has ended
        finally:
            self._task = None
