"""Turns the frames of a child into events, within its budget."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from program_runtime.execution.budget import MessageBudget
from program_runtime.execution.conclusion import discard
from program_runtime.execution.events import EventType
from program_runtime.execution.frames import Frame, FrameKind
from program_runtime.execution.metric import check_metric
from program_runtime.execution.outcome import JobStatus
from program_runtime.execution.verdict import Verdict, read_child_report

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from program_runtime.execution.events import Blob
    from program_runtime.execution.limits import Limits
    from program_runtime.execution.recorder import Recorder

__all__ = ["Intake"]

_EVENT_TYPES: Final = {
    int(FrameKind.INTERIM): EventType.INTERIM,
    int(FrameKind.METRIC): EventType.METRIC,
    int(FrameKind.CHECKPOINT): EventType.CHECKPOINT,
}


class Intake:
    """Takes frames until the last one, or until one that is not allowed.

    Nothing that comes over the channel is trusted: a program owns its end of it. What
    it can forge there is its own result, which it may choose anyway.
    """

    def __init__(
        self,
        limits: Limits,
        recorder: Recorder,
        *,
        on_request: Callable[[str | Blob], Verdict | None] | None = None,
    ) -> None:
        self._budget = MessageBudget(limits)
        self._recorder = recorder
        self._on_request = on_request
        self.objection: Verdict | None = None
        """Why the job must end."""
        self.report: Verdict | None = None
        """What the last frame said."""
        self.result: str | Blob | None = None

    def take(self, frames: Iterable[Frame]) -> None:
        """Record messages, keep the last frame, drop what comes after it."""
        now = time.time()
        for kind, payload in frames:
            if self.report is not None or self.objection is not None:
                discard(payload)
            elif kind in _EVENT_TYPES:
                self._take_message(kind, payload, now)
            elif kind == FrameKind.REQUEST:
                self._take_request(payload)
            else:
                self._take_last(kind, payload)

    def _take_message(self, kind: int, payload: str | Blob, at: float) -> None:
        self.objection = self._budget.spend(payload)
        if self.objection is None and kind == FrameKind.METRIC:
            payload = self._checked_metric(payload)
        if self.objection is None:
            self._recorder.record(_EVENT_TYPES[kind], payload, at=at)
        else:
            discard(payload)

    def _take_request(self, payload: str | Blob) -> None:
        """Pass a request to the broker on; it counts as a message."""
        self.objection = self._budget.spend(payload)
        if self.objection is not None:
            discard(payload)
        elif self._on_request is None:
            discard(payload)
            self.objection = Verdict.failed(
                "bad_backend", "There is no broker here, so no device can be reached."
            )
        else:
            self.objection = self._on_request(payload)

    def _checked_metric(self, payload: str | Blob) -> str | Blob:
        try:
            # Frames of this kind are too small to be spooled.
            return check_metric(payload) if isinstance(payload, str) else payload
        except ValueError as error:
            self.objection = Verdict.failed(
                "bad_message", f"A metric is invalid: {error}."
            )
            return payload

    def _take_last(self, kind: int, payload: str | Blob) -> None:
        if kind == FrameKind.RESULT:
            self.result = payload
            self.report = Verdict(status=JobStatus.COMPLETED)
        else:
            self.report = read_child_report(_read(payload))
            discard(payload)


def _read(payload: str | Blob) -> str:
    if isinstance(payload, str):
        return payload
    try:
        return payload.path.read_text("utf-8")
    except OSError:
        return ""
