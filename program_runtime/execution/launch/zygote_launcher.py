"""Children by fork of a process that has imported Qiskit already: 10 ms, not 2 s."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from program_runtime.errors import ExecutionError
from program_runtime.execution.launch.environment import child_environment
from program_runtime.execution.launch.zygote_child import ForkRefusedError
from program_runtime.execution.launch.zygote_link import ZygoteLink

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from program_runtime.execution.confinement import Walls
    from program_runtime.execution.launch.protocol import Child

__all__ = ["ZygoteLauncher"]

_logger = logging.getLogger(__name__)

_ATTEMPTS = 3


class ZygoteLauncher:
    """Keeps one zygote alive; replaces it when it is old, unsafe or dead.

    Args:
        jobs_per_zygote: After so many children a zygote is replaced.
        environment: To choose the zygote's own from; this process's, if not given.
        preload: Further modules that it imports.
        light: Let it import little: for a single job, which imports what it needs.
        wrapper: A command that runs the zygote, see ``bubblewrap``.
    """

    def __init__(
        self,
        *,
        jobs_per_zygote: int = 1000,
        environment: Mapping[str, str] | None = None,
        preload: Sequence[str] = (),
        light: bool = False,
        wrapper: Sequence[str] = (),
    ) -> None:
        self._light = light
        self._wrapper = tuple(wrapper)
        self._jobs_per_zygote = jobs_per_zygote
        self._environment = child_environment(environment)
        self._preload = tuple(preload)
        self._current: ZygoteLink | None = None
        self._links: set[ZygoteLink] = set()
        self._successor: asyncio.Task[ZygoteLink] | None = None
        self._lock = asyncio.Lock()
        self._started = 0
        self._closed = False

    async def start(self, asked: str) -> Mapping[str, Sequence[str]]:
        """Start the first zygote and wait until it has imported everything.

        Args:
            asked: ``auto`` or a level, for it to try.

        Returns:
            What stands against each level that it tried.

        Raises:
            ExecutionError: It ended instead.
        """
        async with self._lock:
            if self._closed:
                raise ExecutionError("The launcher is closed.")
            self._current = await self._start_link(probe=asked)
            problems: dict[str, list[str]] = self._current.ready.result()["levels"]
        return problems

    async def launch(self, walls: Walls) -> Child:
        """Fork a child.

        Args:
            walls: What it builds around itself.

        Returns:
            A child that waits for its job.

        Raises:
            ExecutionError: Several zygotes in turn could not fork one.
        """
        reason = ""
        for _ in range(_ATTEMPTS):
            link = await self._usable()
            try:
                return await link.fork(walls)
            except ForkRefusedError as error:
                _logger.warning("%s It is replaced.", error)
                link.retire()
                reason = str(error)
            except ExecutionError as error:
                reason = str(error)
        raise ExecutionError(f"No child could be started. {reason}")

    async def close(self) -> None:
        """End all zygotes with their children."""
        self._closed = True
        if self._successor is not None:
            self._successor.cancel()
            await asyncio.gather(self._successor, return_exceptions=True)
        await asyncio.gather(*(link.close() for link in list(self._links)))

    def health(self) -> dict[str, Any]:
        """Name the zygote and how many there were."""
        current = self._current
        return {
            "launcher": "zygote",
            "zygote_pid": current.pid if current and current.usable else None,
            "zygotes_started": self._started,
            "forks": current.forks if current else 0,
        }

    async def _usable(self) -> ZygoteLink:
        """The zygote to fork from; starts one when there is none."""
        async with self._lock:
            if self._closed:
                raise ExecutionError("The launcher is closed.")
            current = self._current
            if current is None or not current.usable:
                current = self._current = await self._start_link()
            elif current.forks >= self._jobs_per_zygote:
                current = self._rotate(current)
            return current

    def _rotate(self, current: ZygoteLink) -> ZygoteLink:
        """Use the old one until its successor is ready, so that nobody waits."""
        if self._successor is None:
            self._successor = asyncio.create_task(self._start_link())
        elif self._successor.done():
            task, self._successor = self._successor, None
            if task.exception() is None:
                current.retire()
                self._current = task.result()
                return self._current
            _logger.warning("The next zygote did not start: %s", task.exception())
        return current

    async def _start_link(self, *, probe: str = "") -> ZygoteLink:
        link = ZygoteLink(
            environment=self._environment,
            preload=self._preload,
            light=self._light,
            probe=probe,
            wrapper=self._wrapper,
        )
        self._links.add(link)
        link.dead.add_done_callback(lambda _: self._links.discard(link))
        self._started += 1
        try:
            await link.ready
        except BaseException:
            await link.close()
            raise
        return link
