"""One request at one device: submitted once, then watched to its end."""

from __future__ import annotations

import contextlib
import threading
import time
from typing import TYPE_CHECKING, Any, Final

from program_runtime.backends.device import DeviceStage, LostJobError
from program_runtime.execution.broker.protocol import DeviceAnswer, Progress
from program_runtime.execution.broker.submission import (
    NotSubmittedError,
    Submission,
    describe_error,
)
from program_runtime.execution.broker.wire import pack_results

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from program_runtime.backends.device import Device
    from program_runtime.execution.broker.journal import Entry, Journal

__all__ = ["Watch"]

_FIRST_LOOK_S: Final = 0.02
_LONGEST_LOOK_S: Final = 2.0
_LONGEST_RETRY_S: Final = 30.0
_LOOKS_IN_VAIN: Final = 120
"""In a row, before a line is taken for broken: about an hour."""


class Watch:
    """Blocks a thread until the device's job has ended.

    Args:
        device: Where the circuits go.
        journal: Is written before anything is submitted.
        on_progress: Called at each change.
    """

    def __init__(
        self,
        device: Device,
        journal: Journal,
        on_progress: Callable[[Progress], None],
    ) -> None:
        self._device = device
        self._journal = journal
        self._on_progress = on_progress
        self._cancel = threading.Event()
        self._cancel_sent = False
        self._last: Progress | None = None

    def cancel(self) -> None:
        """End the device's job soon."""
        self._cancel.set()

    def run(
        self, entry: Entry, options: Mapping[str, Any], body: bytes | None
    ) -> DeviceAnswer:
        """Submit, unless that was done before, and wait.

        Args:
            entry: Names the request.
            options: For the device.
            body: The circuits; ``None`` from who knows that they were submitted.
        """
        known = self._journal.get(entry.key, entry.digest)
        if known is not None and known.done:
            with contextlib.suppress(LostJobError):
                return self._follow(known)
            # An earlier attempt has had the result, and the device keeps it no more.
            self._journal.forget(entry.key)
            known = None
        if known is None or known.device_job is None:
            submission = Submission(self._device, self._journal, self._cancel)
            try:
                again = known is not None
                known = submission.submit(entry, options, body, again=again)
            except NotSubmittedError as error:
                return DeviceAnswer(state=error.state, message=str(error))
        try:
            return self._follow(known)
        except LostJobError as error:
            return self._lost(known, str(error))

    def _follow(self, entry: Entry) -> DeviceAnswer:
        """Look again and again; a line that breaks is no reason to give up."""
        self._tell(_progress(entry))
        job = entry.device_job or ""
        pause_s, in_vain = _FIRST_LOOK_S, 0
        while True:
            try:
                if self._cancel.is_set() and not self._cancel_sent:
                    self._device.cancel(job)
                    self._cancel_sent = True
                answer = self._look(entry, job)
                in_vain = 0
            except LostJobError:
                raise
            except Exception as error:  # noqa: BLE001 - whatever a provider raises
                in_vain += 1
                if in_vain > _LOOKS_IN_VAIN or self._cancel.is_set():
                    return self._lost(entry, describe_error(error))
                trouble = f"{entry.backend} does not answer: {describe_error(error)}"
                self._tell(_progress(entry, trouble=trouble))
                answer, pause_s = None, min(2.0**in_vain / 4, _LONGEST_RETRY_S)
            if answer is not None:
                return answer
            if self._cancel.is_set():
                time.sleep(pause_s)
            else:
                self._cancel.wait(pause_s)
            pause_s = min(pause_s * 1.5, max(_LONGEST_LOOK_S, pause_s))

    def _look(self, entry: Entry, job: str) -> DeviceAnswer | None:
        state = self._device.state(job)
        if state.stage is DeviceStage.DONE:
            result = self._device.result(job)
            self._journal.finished(entry)
            return _answer(
                entry, "done", body=pack_results(result.circuits), qpu_s=result.qpu_s
            )
        if state.stage is DeviceStage.CANCELLED:
            message = f"The job {job} on {entry.backend} was cancelled."
            return _answer(entry, "cancelled", message=message)
        if state.stage is DeviceStage.FAILED:
            reason = state.message or "it does not say why"
            message = f"The job {job} on {entry.backend} failed: {reason}"
            return _answer(entry, "failed", message=message)
        self._tell(
            _progress(
                entry,
                state=str(state.stage),
                position=state.position,
                waiting=state.waiting,
            )
        )
        return None

    def _lost(self, entry: Entry, reason: str) -> DeviceAnswer:
        message = f"The job {entry.device_job} on {entry.backend} is lost: {reason}"
        return _answer(entry, "failed", message=message)

    def _tell(self, progress: Progress) -> None:
        if progress != self._last:
            self._last = progress
            self._on_progress(progress)


def _progress(
    entry: Entry,
    *,
    state: str = "queued",
    position: int | None = None,
    waiting: int | None = None,
    trouble: str = "",
) -> Progress:
    return Progress(
        state=state,
        device_job=entry.device_job or "",
        position=position,
        waiting=waiting,
        trouble=trouble,
        circuits=entry.circuits,
        shots=entry.shots,
    )


def _answer(
    entry: Entry,
    state: str,
    *,
    message: str = "",
    body: bytes = b"",
    qpu_s: float | None = None,
) -> DeviceAnswer:
    return DeviceAnswer(
        state=state,
        message=message,
        device_job=entry.device_job or "",
        body=body,
        circuits=entry.circuits,
        shots=entry.shots,
        qpu_s=qpu_s,
    )
