"""The way to a broker for a program that runs in this very process."""

from __future__ import annotations

import asyncio
import itertools
import json
import threading
from concurrent.futures import CancelledError, Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import TYPE_CHECKING, Any, Self

from program_runtime.errors import ProgramRuntimeError
from program_runtime.execution.broker.protocol import DeviceAnswer, DeviceRun

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping
    from types import TracebackType

    from program_runtime.execution.broker.protocol import Broker, Progress
    from program_runtime.program.backend import ProgramBackend

__all__ = ["DirectLine"]


class DirectLine:
    """Lets ``main`` be called as a plain function, its quantum calls brokered.

    The broker's event loop has a thread of its own, so that tests and notebooks whose
    loop runs already can use it. Use it as a context manager.

    Args:
        broker: Is closed with the line.
        backend: The only one that can be reached.
    """

    def __init__(self, broker: Broker, backend: str) -> None:
        self._broker = broker
        self._name = backend
        self._numbers = itertools.count(1)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="direct-line", daemon=True
        )
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def backend(
        self,
        *,
        shots: int | None = None,
        seed: int | None = None,
        executions: int = 0,
    ) -> ProgramBackend:
        """Make what ``main`` takes.

        Args:
            shots: Default number of shots.
            seed: Of the simulator; a backend that knows none ignores it.
            executions: How many a run that is resumed had begun already.

        Raises:
            DeviceError: The broker knows no such backend.
        """
        from program_runtime.program.backend import ProgramBackend  # noqa: PLC0415
        from program_runtime.program.brokered import BrokeredBackend  # noqa: PLC0415

        return ProgramBackend(
            BrokeredBackend(self._name, self),
            shots=shots,
            seed=seed,
            executions=executions,
        )

    def ask(self, kind: str, content: Mapping[str, Any], body: bytes = b"") -> _Request:
        """Send a request and go on."""
        request = _Request(self)
        if kind == "describe":
            work = self._describe()
        else:
            run = DeviceRun(
                key=f"direct/{next(self._numbers)}",
                backend=self._name,
                options=content["options"],
                body=body,
                kind=kind,
                pubs=content.get("pubs", 0),
            )
            request.key = run.key
            request.memory = bool(run.options.get("memory"))
            work = self._run(run, request.hear)
        request.future = self.begin(work)
        return request

    def begin(self, work: Coroutine[Any, Any, Any]) -> Future[Any]:
        """Run something in the broker's loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def cancel(self, key: str) -> None:
        """Ask the broker to end a request."""
        self.begin(self._broker.cancel(key))

    def close(self) -> None:
        """Close the broker and end the thread; once."""
        if self._loop.is_closed():
            return
        self.begin(self._end()).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _run(
        self, run: DeviceRun, on_progress: Callable[[Progress], None]
    ) -> DeviceAnswer:
        try:
            return await self._broker.run(run, on_progress)
        except Exception as error:  # noqa: BLE001 - a broker may raise anything
            message = f"The broker failed: {type(error).__name__}: {error}"
            return DeviceAnswer(state="failed", message=message)

    async def _end(self) -> None:
        """Let go of what nobody waits for any more."""
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await self._broker.close()

    async def _describe(self) -> DeviceAnswer:
        try:
            found = await self._broker.describe(self._name)
        except ProgramRuntimeError as error:
            return DeviceAnswer(state="failed", message=str(error))
        return DeviceAnswer(state="done", body=json.dumps(dict(found)).encode())


class _Request:
    """The newest answer to what was asked."""

    def __init__(self, line: DirectLine) -> None:
        self.future: Future[DeviceAnswer] = Future()
        self.key = ""
        self.memory = False
        self._line = line
        self._progress: Progress | None = None

    def hear(self, progress: Progress) -> None:
        """Keep how far it is."""
        self._progress = progress

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait for the answer; False if it has not come by then."""
        try:
            self.future.exception(timeout_s)
        except (FutureTimeoutError, CancelledError):
            return False
        return True

    def answer(self) -> Mapping[str, Any]:
        """Return the newest answer."""
        if self.future.done():
            last = self.future.result()
            return {
                "state": last.state,
                "message": last.message,
                "device_job": last.device_job,
                "memory": self.memory,
            }
        if self._progress is None:
            return {"state": "asked"}
        return {
            "state": self._progress.state,
            "device_job": self._progress.device_job,
            "position": self._progress.position,
        }

    def body(self) -> bytes:
        """Return what came with the answer."""
        return self.future.result().body

    def cancel(self) -> None:
        """Ask the broker to end it."""
        if not self.future.done():
            self._line.cancel(self.key)
