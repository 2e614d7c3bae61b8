"""What a launcher gives the runner, whatever way it starts processes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import asyncio
    import socket
    from collections.abc import Mapping, Sequence

    from program_runtime.execution.confinement import Walls

__all__ = ["Child", "ChildExit", "Launcher"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildExit:
    """How a child's process ended."""

    status: int | None
    """As of ``os.waitpid``; ``None`` when its zygote or keeper was killed, and nobody
    can tell."""
    cpu_s: float = 0.0
    peak_memory_bytes: int = 0


class Child(Protocol):
    """A process that waits for one job."""

    pid: int
    """Of its keeper where it has one, else its own."""
    walls: Walls
    channel: socket.socket
    """Non-blocking, the supervisor's end."""
    log_fd: int
    """Non-blocking, the reading end of its standard output and error."""
    exited: asyncio.Future[ChildExit]
    """Done when the job has left it, which mostly is the end of the process."""
    stays: bool
    """Whether the process goes on to other jobs."""

    def program_pid(self) -> int | None:
        """The process that calls ``main``, seen from here; ``None`` if it is gone."""

    def kill(self, signal: int) -> None:
        """Signal the program; ``SIGKILL`` ends all that came of it."""

    def release(self) -> None:
        """Close the channel and the log; may be called twice."""


class Launcher(Protocol):
    """Starts children."""

    async def start(self, asked: str) -> Mapping[str, Sequence[str]]:
        """Get ready to launch, and try which level of confinement holds.

        Args:
            asked: ``auto``, or the level that is wanted.

        Returns:
            What stands against each level that was tried; nothing, if it holds.

        Raises:
            ExecutionError: It never will be ready.
        """

    async def launch(self, walls: Walls) -> Child:
        """Start one child that waits for a job.

        Args:
            walls: Of a level that holds.

        Raises:
            ExecutionError: No child could be started.
        """

    async def close(self) -> None:
        """End all children and whatever started them."""

    def health(self) -> dict[str, Any]:
        """What an operator wants to know, as JSON values."""
