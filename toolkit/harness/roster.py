"""The children of a harness, so that the one at work can be killed."""

from __future__ import annotations

import contextlib
import os
import signal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from program_runtime.execution import Launcher
    from program_runtime.execution.confinement import Walls
    from program_runtime.execution.launch import Child

__all__ = ["Roster"]


class Roster:
    """A launcher that remembers whom it launched, in their order.

    Args:
        launcher: Does the work.
    """

    def __init__(self, launcher: Launcher) -> None:
        self._launcher = launcher
        self._children: list[Child] = []

    async def start(self, asked: str) -> Mapping[str, Sequence[str]]:
        """Get ready to launch."""
        return await self._launcher.start(asked)

    async def launch(self, walls: Walls) -> Child:
        """Start one child."""
        child = await self._launcher.launch(walls)
        self._children = [*self._living(), child]
        return child

    async def close(self) -> None:
        """End all children."""
        await self._launcher.close()

    def health(self) -> dict[str, Any]:
        """What the launcher says of itself."""
        return self._launcher.health()

    def kill(self) -> None:
        """Kill the process that calls ``main`` as the kernel would: with SIGKILL.

        Of the children that live the oldest has the job, if one job runs at a time:
        waiting ones are handed out in their order.
        """
        for child in self._living()[:1]:
            pid = child.program_pid()
            if pid is not None:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)

    def _living(self) -> list[Child]:
        return [child for child in self._children if not child.exited.done()]
