"""A double of the executor: runs a coroutine of the test in place of a program."""

from __future__ import annotations

import asyncio
import json
import time
import traceback
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from program_runtime.errors import StorageError
from program_runtime.execution.events import Event, EventType
from program_runtime.execution.outcome import JobStatus, Outcome, Usage

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from program_runtime.execution.control import JobControl
    from program_runtime.execution.sink import EventSink
    from program_runtime.execution.spec import JobSpec


class ScriptedRun:
    """What a script sees of its job."""

    def __init__(
        self, spec: JobSpec, sink: EventSink, control: JobControl, first_seq: int
    ) -> None:
        self.spec = spec
        self._sink = sink
        self._control = control
        self._next_seq = first_seq

    @property
    def stop_requested(self) -> bool:
        """Whether the caller asked to finish now, with a result."""
        return self._control.stop_requested

    async def inputs(self) -> str:
        """Return the encoded inputs."""
        inputs = self.spec.inputs
        if isinstance(inputs, bytes):
            return inputs.decode()
        return await asyncio.to_thread(inputs.read_text, "utf-8")

    async def publish(self, *texts: str, kind: EventType = EventType.INTERIM) -> None:
        """Publish encoded messages, all in one group."""
        events = self.events(*((kind, text) for text in texts))
        try:
            await self._sink.append(events)
        except BaseException:
            self._next_seq -= len(events)
            raise

    async def log(self, text: str) -> None:
        """Write to the job's log."""
        await self.publish(text, kind=EventType.LOG)

    def events(self, *entries: tuple[EventType, str]) -> Sequence[Event]:
        """Number and stamp events."""
        made = [
            Event(self._next_seq + place, time.time(), kind, text)
            for place, (kind, text) in enumerate(entries)
        ]
        self._next_seq += len(made)
        return made


class ProcessLost(Exception):  # noqa: N818 - what happened, no mistake
    """A script raises it to end as a job does whose process is killed."""


async def echo(run: ScriptedRun) -> str:
    """Return the inputs as the result: the script when none is given."""
    return await run.inputs()


class InMemoryExecutor:
    """Runs a script in the event loop: no process, no isolation.

    Args:
        script: Gets the :class:`ScriptedRun`, returns the encoded result. What it
            raises fails the job as an error of a program would.
    """

    def __init__(
        self, script: Callable[[ScriptedRun], Awaitable[str | None]] = echo
    ) -> None:
        self.script = script
        self.specs: list[JobSpec] = []
        """All that was run, in the order in which it was started."""
        self.ended_sessions: list[str] = []
        """The sessions that were said to be over."""
        self.started = False

    async def start(self) -> None:
        """Be started."""
        self.started = True

    async def close(self) -> None:
        """Be closed."""
        self.started = False

    async def run(
        self, spec: JobSpec, sink: EventSink, control: JobControl, *, first_seq: int
    ) -> Outcome:
        """Run the script to its end, to cancellation or to the wall time limit."""
        if spec.import_only:
            # A script can be imported.
            outcome = Outcome(status=JobStatus.COMPLETED)
            await sink.finish([], outcome)
            return outcome
        self.specs.append(spec)
        run = ScriptedRun(spec, sink, control, first_seq)
        began = time.monotonic()
        outcome, entries = await self._attempt(run, control)
        outcome = replace(outcome, usage=Usage(wall_s=time.monotonic() - began))
        status: dict[str, Any] = {"status": outcome.status}
        if outcome.code:
            status["code"] = outcome.code
        entries.append((EventType.STATUS, json.dumps(status)))
        await sink.finish(run.events(*entries), outcome)
        return outcome

    def end_session(self, session_id: str) -> None:
        """Take note of it."""
        self.ended_sessions.append(session_id)

    @property
    def level(self) -> str:
        """There is no isolation."""
        return "none"

    def health(self) -> dict[str, Any]:
        """Say whether it was started."""
        return {"started": self.started}

    async def _attempt(
        self, run: ScriptedRun, control: JobControl
    ) -> tuple[Outcome, list[tuple[EventType, str]]]:
        task = asyncio.ensure_future(self.script(run))

        def obey() -> None:
            if control.cancel_requested:
                task.cancel()

        control.listen(obey)
        try:
            async with asyncio.timeout(run.spec.limits.wall_time_s):
                result = await task
        except asyncio.CancelledError:
            if not control.cancel_requested:
                raise
            return Outcome(status=JobStatus.CANCELLED), []
        except ProcessLost:
            outcome, entries = _failure("crashed", "Its process was killed.")
            return replace(outcome, lost=True), entries
        except TimeoutError:
            limit = run.spec.limits.wall_time_s
            return _failure("wall_time", f"The job ran longer than {limit:g} s.")
        except (OSError, StorageError) as err:
            return _failure("storage", f"The job's events can not be stored: {err}")
        except Exception as err:  # noqa: BLE001 - a script is a program: anything goes
            text = "".join(traceback.format_exception(err))
            return _failure("program_error", f"{type(err).__name__}: {err}", text)
        finally:
            control.listen(None)
        completed = Outcome(status=JobStatus.COMPLETED)
        return completed, [(EventType.RESULT, "null" if result is None else result)]


def _failure(
    code: str, message: str, trace: str | None = None
) -> tuple[Outcome, list[tuple[EventType, str]]]:
    outcome = Outcome(
        status=JobStatus.FAILED, code=code, message=message, traceback=trace
    )
    error = {"code": code, "message": message, "traceback": trace}
    return outcome, [(EventType.ERROR, json.dumps(error))]
