"""The HTTP server around the application, and its end."""

from __future__ import annotations

import asyncio
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

import uvicorn

from program_runtime.service.connections import notice_vanished

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Generator
    from types import FrameType

    from program_runtime.service.context import Context
    from program_runtime.service.deadline import Deadline

_LONGEST_STOP_S = (14.5, 4.0, 0.0)
"""After the first, the second, and any further signal."""


class Server(uvicorn.Server):
    """Uvicorn, with our end: jobs get their time while requests are answered.

    The first SIGTERM or SIGINT begins it. The second ends what still runs at once,
    the third the process.

    Args:
        config: Of the server.
        context: The service behind it.
        deadline: Is set by each of them.
    """

    def __init__(
        self, config: uvicorn.Config, context: Context, deadline: Deadline
    ) -> None:
        super().__init__(config)
        self._context = context
        self._deadline = deadline
        self._told = 0
        self.on_ready: Callable[[], None] = lambda: None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then say so."""
        notice_vanished(sockets or ())
        await super().startup(sockets)
        self.on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let jobs end, then close the connections."""
        await self._context.drain()
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to end; when told again, in a hurry."""
        del sig, frame
        if self._told:
            self._context.scheduler.hurry()
            self.force_exit = True
        self.should_exit = True
        self._deadline.set(_LONGEST_STOP_S[min(self._told, 2)])
        self._told += 1

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Exit in good order, with status 0: Uvicorn would raise the signal again."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        yield
