"""A forked child, seen from the server."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

from program_runtime.errors import ExecutionError
from program_runtime.execution.launch.protocol import ChildExit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from program_runtime.execution.confinement import Walls
    from program_runtime.execution.launch.endpoints import Endpoints

__all__ = ["ForkRefusedError", "ZygoteChild"]


class ForkRefusedError(ExecutionError):
    """The zygote is no longer safe to fork."""


class ZygoteChild:
    """Signals to it go through its zygote, its only parent, which knows when it ended.

    Args:
        command: Sends a command to the zygote.
        number: Its name in commands and answers.
        ends: What connects it.
        walls: What it builds around itself.
    """

    def __init__(
        self,
        command: Callable[[Mapping[str, Any]], None],
        number: int,
        ends: Endpoints,
        walls: Walls,
    ) -> None:
        self.walls = walls
        self._command = command
        self._number = number
        self._ends = ends
        self.pid = 0
        self.stays = False
        self.channel = ends.channel
        self.log_fd = ends.log_fd
        loop = asyncio.get_running_loop()
        self.forked: asyncio.Future[int] = loop.create_future()
        self.exited: asyncio.Future[ChildExit] = loop.create_future()

    def program_pid(self) -> int | None:
        """The keeper's first child."""
        try:
            text = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text()
            return int(text.split()[0])
        except (OSError, IndexError):
            return None

    def kill(self, signal: int) -> None:
        """Have the zygote tell the keeper, unless it reaped that already."""
        if not self.exited.done():
            self._command({"do": "kill", "id": self._number, "signal": int(signal)})

    def release(self) -> None:
        """Close our ends."""
        self._ends.close_ours()

    def on_message(self, message: Mapping[str, Any]) -> None:
        """Learn what the zygote did."""
        did = message["did"]
        if did == "forked":
            if not self.forked.done():
                self.forked.set_result(message["pid"])
        elif did == "exited":
            self._not_forked(ExecutionError("The child ended before it was ready."))
            self._end(
                ChildExit(
                    status=message["status"],
                    cpu_s=message["cpu_s"],
                    peak_memory_bytes=message["peak_memory_bytes"],
                )
            )
        else:
            kind = ForkRefusedError if did == "refused" else ExecutionError
            self._not_forked(kind(f"The zygote {did} to fork: {message['reason']}"))
            self._end(ChildExit(status=None))

    def lose(self, reason: str) -> None:
        """The zygote is gone, and the child with it."""
        self._not_forked(ExecutionError(reason))
        self._end(ChildExit(status=None))

    def _not_forked(self, error: ExecutionError) -> None:
        if not self.forked.done():
            self.forked.set_exception(error)
            self.forked.exception()  # perhaps nobody waits for it any more

    def _end(self, child_exit: ChildExit) -> None:
        if not self.exited.done():
            self.exited.set_result(child_exit)
