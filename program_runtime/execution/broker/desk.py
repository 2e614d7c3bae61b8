"""Where the requests of one job arrive: bounded, accounted for, passed on."""

from __future__ import annotations

import asyncio
import contextlib
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from program_runtime.errors import ProgramRuntimeError
from program_runtime.execution.broker.protocol import DeviceAnswer, DeviceRun
from program_runtime.execution.broker.waiting import WaitingRoom
from program_runtime.execution.broker.wire import pack, unpack_text
from program_runtime.execution.conclusion import discard
from program_runtime.execution.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from program_runtime.execution.broker.protocol import Broker, Progress
    from program_runtime.execution.events import Blob
    from program_runtime.execution.outcome import Usage
    from program_runtime.execution.spec import JobSpec

__all__ = ["Desk"]

_IN_FLIGHT: Final = 64
_LAST_ANSWER_S: Final = 2.0


@dataclass(slots=True)
class _Used:
    """By one request."""

    circuits: int = 0
    shots: int = 0


class Desk:
    """Takes a job's requests to the broker and its answers back.

    What the circuits are is never looked at here: only the first line of a request is.

    Args:
        broker: Where requests go.
        spec: The job; its backend is the only device that it reaches.
        answer: Sends one answer to the program.
        note: Told what the job waits for, ``None`` when it waits no more.
    """

    def __init__(
        self,
        broker: Broker,
        spec: JobSpec,
        *,
        answer: Callable[[bytes], None],
        note: Callable[[str | None], None],
    ) -> None:
        self._broker = broker
        self._spec = spec
        self._answer = answer
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._running: set[int] = set()
        self._last_id = 0
        self._waiting = WaitingRoom(spec.backend, note)
        self.circuits = 0
        self.shots = 0
        self.qpu_s = 0.0

    @property
    def used(self) -> bool:
        """Whether the program has asked for anything."""
        return self._last_id > 0

    @property
    def waited_s(self) -> float:
        """How long the job has waited in queues of the device."""
        return self._waiting.waited_s

    def add_to(self, usage: Usage) -> Usage:
        """Say what the job has used of the device."""
        return replace(
            usage, circuits=self.circuits, shots=self.shots, qpu_s=self.qpu_s
        )

    def take(self, payload: str | Blob) -> Verdict | None:
        """Begin to serve a request.

        Args:
            payload: Of the frame.

        Returns:
            Why the job must end, if our own code can not have written this.
        """
        try:
            data = _read(payload)
        except OSError as error:
            return Verdict.failed("storage", f"A request was not stored: {error}")
        finally:
            discard(payload)
        try:
            content, body = unpack_text(data)
            number, kind = content["id"], content["kind"]
            if kind == "cancel":
                self._cancel(number)
            else:
                self._begin(number, kind, content, body)
        except (ValueError, KeyError, TypeError) as error:
            return Verdict.failed("bad_message", f"A request is invalid: {error}.")
        return None

    async def close(self, *, cancel: bool) -> None:
        """Let go of what still runs.

        Args:
            cancel: End the jobs of the device as well. Not when the service stops: a
                second attempt of this job will ask for them.
        """
        if cancel:
            with contextlib.suppress(ProgramRuntimeError, TimeoutError):
                async with asyncio.timeout(_LAST_ANSWER_S):
                    for number in list(self._running):
                        await self._broker.cancel(self._key(number))
                    # Their last answers say what they have used.
                    await asyncio.gather(*self._tasks.values())
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        self._waiting.close()

    def _begin(
        self, number: int, kind: str, content: dict[str, Any], body: bytes
    ) -> None:
        if not isinstance(number, int) or number <= self._last_id:
            raise ValueError(f"the number {number!r} is not higher than the last one")
        self._last_id = number
        if len(self._tasks) >= _IN_FLIGHT:
            message = (
                f"{len(self._tasks)} requests are under way, the limit is "
                f"{_IN_FLIGHT}. Wait for some of them first."
            )
            self._tell(number, {"state": "failed", "message": message})
            return
        if kind == "describe":
            work = self._describe(number)
        elif kind in {"run", "estimate"}:
            options = content["options"]
            if not isinstance(options, dict):
                raise TypeError("its options are not an object")
            run = DeviceRun(
                key=self._key(number),
                backend=self._spec.backend,
                options=options,
                body=body,
                kind=kind,
                pubs=_count(content.get("pubs", 0)),
            )
            work = self._run(number, run)
        else:
            raise ValueError(f"there is no request of the kind {kind!r}")
        task = asyncio.create_task(work)
        self._tasks[number] = task
        task.add_done_callback(lambda _: self._tasks.pop(number, None))

    def _cancel(self, number: int) -> None:
        if number in self._running:
            task = asyncio.create_task(self._broker.cancel(self._key(number)))
            self._tasks[-number] = task
            task.add_done_callback(lambda _: self._tasks.pop(-number, None))

    async def _describe(self, number: int) -> None:
        try:
            description = await self._broker.describe(self._spec.backend)
        except ProgramRuntimeError as error:
            self._tell(number, {"state": "failed", "message": str(error)})
            return
        self._tell(number, {"state": "done"}, json.dumps(dict(description)).encode())

    async def _run(self, number: int, run: DeviceRun) -> None:
        used = _Used()

        def on_progress(progress: Progress) -> None:
            used.circuits, used.shots = progress.circuits, progress.shots
            self._on_progress(number, progress)

        self._running.add(number)
        self._waiting.enter(number)
        try:
            answer = await self._broker.run(run, on_progress)
            used.circuits, used.shots = answer.circuits, answer.shots
            self.qpu_s += answer.qpu_s or 0.0
        except Exception as error:  # noqa: BLE001 - a broker may raise anything
            answer = DeviceAnswer(
                state="failed", message=f"The broker failed: {type(error).__name__}."
            )
        finally:
            self._running.discard(number)
            self._waiting.leave(number)
            # Whoever waits no more has had them submitted all the same.
            self.circuits += used.circuits
            self.shots += used.shots
        content = {
            "state": answer.state,
            "message": answer.message,
            "device_job": answer.device_job,
            "memory": bool(run.options.get("memory")),
        }
        self._tell(number, content, answer.body)

    def _on_progress(self, number: int, progress: Progress) -> None:
        self._waiting.hear(number, progress)
        content = {
            "state": progress.state,
            "device_job": progress.device_job,
            "position": progress.position,
        }
        self._tell(number, content)

    def _tell(self, number: int, content: dict[str, Any], body: bytes = b"") -> None:
        self._answer(pack({"id": number, **content}, body))

    def _key(self, number: int) -> str:
        return f"{self._spec.job_id}/{number}"


def _count(number: Any) -> int:
    if not isinstance(number, int) or number < 0:
        raise TypeError("its number of PUBs is none")
    return number


def _read(payload: str | Blob) -> bytes:
    if isinstance(payload, str):
        return payload.encode()
    return payload.path.read_bytes()
