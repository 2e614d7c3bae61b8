"""A warm runner: the service's own, kept between runs."""

from __future__ import annotations

import asyncio
import tempfile
import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from program_runtime import execution
from toolkit.harness.roster import Roster

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence
    from concurrent.futures import Future
    from types import TracebackType

    from program_runtime.execution import Event, JobSpec, Outcome
    from program_runtime.execution.broker.protocol import Broker

__all__ = ["AUTO", "Harness"]

AUTO = "auto"


class Harness:
    """Runs jobs one after another through one `program_runtime.execution.Runner`.

    Starting it imports Qiskit in another process, which takes about a second; `start`
    does not wait for that, so that the caller can prepare the inputs meanwhile. The
    runner's event loop has a thread of its own: a harness works inside a notebook,
    where a loop runs already.

    Use it as a context manager.

    Args:
        level: Isolation: ``auto``, ``strong``, ``reduced``, ``none``.
        pool_size: How many children wait for a job.
        single: For one run only: nothing is imported beforehand, and its child imports
            what that run needs, which is quicker once.
    """

    def __init__(
        self, *, level: str = AUTO, pool_size: int = 1, single: bool = False
    ) -> None:
        self._level = level
        self._pool_size = pool_size
        self._single = single
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._started: Future[execution.Runner] | None = None
        self._under_way: set[execution.JobControl] = set()
        self._roster: Roster | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def start(self) -> None:
        """Begin to warm up, once; returns at once."""
        if self._loop is not None:
            return
        self._folder = tempfile.TemporaryDirectory(prefix="qrt-run-")
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="qrt-harness", daemon=True
        )
        self._thread.start()
        self._started = self._begin(self._start_runner())

    @property
    def running(self) -> bool:
        """Whether it has been started and not yet closed."""
        return self._loop is not None

    @property
    def folder(self) -> Path:
        """A private folder that lives as long as the harness."""
        self.start()
        assert self._folder is not None  # noqa: S101 - start() has made it
        return Path(self._folder.name)

    def run(
        self,
        spec: JobSpec,
        on_event: Callable[[Event], None] | None = None,
        *,
        broker: Broker | None = None,
    ) -> tuple[Outcome, list[Event]]:
        """Run one job to its end.

        Args:
            spec: What to run.
            on_event: Called with each event as it comes, in the harness's thread.
            broker: Where a brokered job's quantum calls go, in the harness's loop.

        Returns:
            The outcome and every event, payloads read back from the spool.

        Raises:
            KeyboardInterrupt: Ctrl-C; the job was cancelled first.
            Exception: Whatever ``on_event`` raised; the job was cancelled.
        """
        self.start()
        recorder = _Recorder(on_event)
        self._under_way.add(recorder.control)
        future = self._begin(self._run_job(spec, recorder, broker))
        try:
            outcome = future.result()
        except KeyboardInterrupt:
            self._call(recorder.control.cancel)
            future.result()
            raise
        finally:
            self._under_way.discard(recorder.control)
        if recorder.error is not None:
            raise recorder.error
        return outcome, recorder.events

    def cancel(self) -> None:
        """End the runs under way as Cancelled; returns at once, from any thread."""
        for control in tuple(self._under_way):
            self._call(control.cancel)

    def stop(self) -> None:
        """Ask the programs under way to finish now, with a result; likewise."""
        for control in tuple(self._under_way):
            self._call(control.stop)

    def kill(self) -> None:
        """Kill the program's process with SIGKILL, as a crash of its machine would.

        For a harness with one run at a time and one child that waits.
        """
        if self._roster is not None:
            self._call(self._roster.kill)

    def close(self) -> None:
        """Stop the runner and everything it started."""
        if self._loop is None or self._thread is None or self._folder is None:
            return
        try:
            self._begin(self._close_runner()).result()
        finally:
            self._call(self._loop.stop)
            self._thread.join()
            self._loop.close()
            self._folder.cleanup()
            self._loop = self._thread = self._folder = self._started = None

    async def _start_runner(self) -> execution.Runner:
        spool = self.folder / "spool"
        spool.mkdir()
        self._roster = Roster(execution.default_launcher(light=self._single))
        runner = execution.Runner(
            level=self._level,
            pool_size=self._pool_size,
            spool_dir=spool,
            launcher=self._roster,
            refill=not self._single,
        )
        await runner.start()
        return runner

    async def _run_job(
        self, spec: JobSpec, recorder: _Recorder, broker: Broker | None
    ) -> Outcome:
        runner = await self._runner()
        return await runner.run(spec, recorder, recorder.control, broker=broker)

    async def _close_runner(self) -> None:
        try:
            runner = await self._runner()
        except Exception:  # noqa: BLE001 - what failed to start needs no stop
            return
        await runner.close()

    async def _runner(self) -> execution.Runner:
        assert self._started is not None  # noqa: S101 - start() has made it
        return await asyncio.shield(asyncio.wrap_future(self._started))

    def _begin(self, work: Coroutine[Any, Any, Any]) -> Future[Any]:
        assert self._loop is not None  # noqa: S101 - start() has made it
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def _call(self, function: Callable[[], None]) -> None:
        assert self._loop is not None  # noqa: S101 - start() has made it
        self._loop.call_soon_threadsafe(function)


class _Recorder:
    """The `EventSink` of a local run: keeps every event and shows it."""

    def __init__(self, on_event: Callable[[Event], None] | None) -> None:
        self.events: list[Event] = []
        self.control = execution.JobControl()
        self.error: Exception | None = None
        self._on_event = on_event

    async def append(self, events: Sequence[Event]) -> None:
        """Keep events, in order."""
        for event in events:
            kept = _read_back(event)
            self.events.append(kept)
            if self._on_event is not None and self.error is None:
                try:
                    self._on_event(kept)
                except Exception as err:  # noqa: BLE001 - raised again by run()
                    self.error = err
                    self.control.cancel()

    async def finish(self, events: Sequence[Event], outcome: Outcome) -> None:
        """Keep the last events."""
        del outcome
        await self.append(events)


def _read_back(event: Event) -> Event:
    """Put a spooled payload into the event: the spool does not outlive the run."""
    if event.blob is None:
        return event
    text = event.blob.path.read_text(encoding="utf-8")
    event.blob.path.unlink(missing_ok=True)
    return replace(event, data=text, blob=None)
