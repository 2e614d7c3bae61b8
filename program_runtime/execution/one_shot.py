"""Running jobs from code that is not asynchronous."""

from __future__ import annotations

import asyncio
import signal
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Self

from program_runtime.execution.control import JobControl
from program_runtime.execution.launch import SpawnLauncher
from program_runtime.execution.runner import Runner

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType

    from program_runtime.execution.confinement import Level
    from program_runtime.execution.events import Event
    from program_runtime.execution.launch import Launcher
    from program_runtime.execution.outcome import Outcome
    from program_runtime.execution.spec import JobSpec

__all__ = ["WarmRunner", "run_job"]


class WarmRunner:
    """A runner with an event loop of its own, kept between jobs.

    Use it in one thread, as a context manager. For a single job ``SpawnLauncher()``
    with ``refill=False`` is quickest: it imports only what that job needs.

    Args:
        level: The confinement.
        launcher: Starts the children.
        refill: Start a child for each one that is used.
    """

    def __init__(
        self,
        *,
        level: Level | str = "auto",
        launcher: Launcher | None = None,
        refill: bool = True,
    ) -> None:
        self._level = level
        self._launcher = launcher
        self._refill = refill
        self._loop = asyncio.new_event_loop()
        self._folder = tempfile.TemporaryDirectory(prefix="qrt-run-")
        self._runner: Runner | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def run(
        self,
        spec: JobSpec,
        on_events: Callable[[Sequence[Event]], None],
        *,
        control: JobControl | None = None,
    ) -> Outcome:
        """Run one job; Ctrl-C in the main thread cancels it.

        Args:
            spec: The job.
            on_events: Called with each group of events, the last ones included.
            control: To cancel or stop it from within ``on_events``.

        Returns:
            How it ended.
        """
        return self._loop.run_until_complete(
            self._run(spec, _CallbackSink(on_events), control or JobControl())
        )

    def close(self) -> None:
        """End all children."""
        if not self._loop.is_closed():
            if self._runner is not None:
                self._loop.run_until_complete(self._runner.close())
            self._loop.run_until_complete(self._loop.shutdown_default_executor())
            self._loop.close()
            self._folder.cleanup()

    async def _run(
        self, spec: JobSpec, sink: _CallbackSink, control: JobControl
    ) -> Outcome:
        interruptible = threading.current_thread() is threading.main_thread()
        if interruptible:
            self._loop.add_signal_handler(signal.SIGINT, control.cancel)
        try:
            if self._runner is None:
                self._runner = Runner(
                    level=self._level,
                    launcher=self._launcher,
                    pool_size=1,
                    refill=self._refill,
                    spool_dir=Path(self._folder.name),
                )
                await self._runner.start()
            return await self._runner.run(spec, sink, control)
        finally:
            if interruptible:
                self._loop.remove_signal_handler(signal.SIGINT)


def run_job(
    spec: JobSpec,
    on_events: Callable[[Sequence[Event]], None],
    *,
    level: Level | str = "auto",
    runner: WarmRunner | None = None,
) -> Outcome:
    """Run one job and wait for its end.

    Args:
        spec: The job.
        on_events: Called with each group of events, the last ones included.
        level: The confinement, if no runner is given.
        runner: Started already; without one, a new one is started and closed.

    Returns:
        How it ended.
    """
    if runner is not None:
        return runner.run(spec, on_events)
    with WarmRunner(level=level, launcher=SpawnLauncher(), refill=False) as own:
        return own.run(spec, on_events)


class _CallbackSink:
    """Hands events on; stores nothing."""

    def __init__(self, on_events: Callable[[Sequence[Event]], None]) -> None:
        self._on_events = on_events

    async def append(self, events: Sequence[Event]) -> None:
        self._on_events(events)

    async def finish(self, events: Sequence[Event], outcome: Outcome) -> None:  # noqa: ARG002 - told by the events
        self._on_events(events)
