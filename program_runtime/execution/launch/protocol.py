"""What a launcher gives the runner, whatever way it starts processes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import asyncio
    import socket

    from program_runtime.execution.confinement import Level

__all__ = ["Child", "ChildExit", "Launcher"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildExit:
    """How a child's process ended."""

    status: int | None
    """As of ``os.waitpid``; ``None`` when its zygote died and nobody could tell."""
    cpu_s: float = 0.0
    peak_memory_bytes: int = 0


class Child(Protocol):
    """A process that waits for one job."""

    pid: int
    channel: socket.socket
    """Non-blocking, the supervisor's end."""
    log_fd: int
    """Non-blocking, the reading end of its standard output and error."""
    exited: asyncio.Future[ChildExit]

    def kill(self, signal: int) -> None:
        """Signal the child's whole process group, if it still is its own."""

    def release(self) -> None:
        """Close the channel and the log; may be called twice."""


class Launcher(Protocol):
    """Starts children."""

    async def start(self) -> None:
        """Get ready to launch.

        Raises:
            ExecutionError: It never will be.
        """

    async def launch(self, level: Level) -> Child:
        """Start one child that waits for a job.

        Raises:
            ExecutionError: No child could be started.
        """

    async def close(self) -> None:
        """End all children and whatever started them."""

    def health(self) -> dict[str, Any]:
        """What an operator wants to know, as JSON values."""
