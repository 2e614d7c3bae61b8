"""How many messages, and of what size, a job may still send."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from program_runtime.execution.frames import FrameFault, FrameKind
from program_runtime.execution.verdict import Verdict

if TYPE_CHECKING:
    from program_runtime.execution.events import Blob
    from program_runtime.execution.limits import Limits

__all__ = ["MessageBudget", "explain_fault", "frame_caps"]

_METRIC_BYTES: Final = 64 * 1024
_REPORT_BYTES: Final = 1024 * 1024


def frame_caps(limits: Limits, *, requests: bool = False) -> dict[int, int]:
    """The largest payload of each kind of frame that a child may send.

    Args:
        limits: Of the job.
        requests: Whether it may ask the broker for anything.
    """
    asking: dict[int, int] = {}
    if requests:
        asking[FrameKind.REQUEST] = limits.message_bytes
    return {
        FrameKind.INTERIM: limits.message_bytes,
        FrameKind.METRIC: min(_METRIC_BYTES, limits.message_bytes),
        FrameKind.CHECKPOINT: limits.message_bytes,
        FrameKind.RESULT: limits.result_bytes,
        FrameKind.ERROR: _REPORT_BYTES,
        **asking,
    }


def explain_fault(fault: FrameFault) -> Verdict:
    """Say why a job ends because of what its channel carried."""
    if fault.reason == "storage":
        return Verdict.failed("storage", f"A message was not stored: {fault.detail}")
    if fault.reason == "not_text":
        return Verdict.failed(
            "bad_message", f"A message is not valid text: {fault.detail}."
        )
    if fault.reason == "unknown_kind":
        return Verdict.failed(
            "bad_message",
            f"The channel carries a frame of the unknown kind {fault.kind}.",
        )
    if fault.kind == FrameKind.RESULT:
        return Verdict.failed(
            "result_too_large",
            f"The result has {fault.size} bytes, the limit is {fault.limit} bytes.",
        )
    return Verdict.failed(
        "messages",
        f"A message has {fault.size} bytes, the limit is {fault.limit} bytes.",
    )


class MessageBudget:
    """Counts what was sent."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._count = 0
        self._bytes = 0

    def spend(self, payload: str | Blob) -> Verdict | None:
        """Count one message.

        Args:
            payload: Its text, or the file that holds it.

        Returns:
            Why the job must end, if the message is over the budget.
        """
        self._count += 1
        self._bytes += _size(payload)
        limits = self._limits
        if self._count > limits.message_count:
            return Verdict.failed(
                "messages",
                f"The program sent {self._count} messages, "
                f"the limit is {limits.message_count}.",
            )
        if self._bytes > limits.messages_bytes:
            return Verdict.failed(
                "messages",
                f"The program sent {self._bytes} bytes in messages, "
                f"the limit is {limits.messages_bytes} bytes.",
            )
        return None


def _size(payload: str | Blob) -> int:
    if not isinstance(payload, str):
        return payload.size
    return len(payload) if payload.isascii() else len(payload.encode())
