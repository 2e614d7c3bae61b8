"""How a job ended, decided from what the supervisor saw."""

from __future__ import annotations

import json
import os
import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from program_runtime.execution import excess
from program_runtime.execution.outcome import JobStatus

if TYPE_CHECKING:
    from program_runtime.execution.launch import ChildExit

__all__ = ["Verdict", "judge", "read_child_report"]

_CHILD_CODES: Final = frozenset(
    {
        "bad_backend",
        "bad_environment",
        "bad_inputs",
        "bad_program",
        "bad_result",
        "disk",
        "files",
        "internal",
        "memory",
        "processes",
        "program_error",
        "result_too_large",
    }
)
_TEXT_CHARS: Final = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Status and, for a failure, its reason."""

    status: JobStatus
    code: str | None = None
    message: str | None = None
    traceback: str | None = None
    lost: bool = False
    """As of :class:`Outcome`."""

    @classmethod
    def failed(cls, code: str, message: str) -> Verdict:
        """A failure that the supervisor saw itself."""
        return cls(status=JobStatus.FAILED, code=code, message=message)


def judge(
    *,
    own: Verdict | None,
    reported: Verdict | None,
    child_exit: ChildExit | None,
    cpu_limit_s: float | None = None,
    cpu_s: float = 0.0,
) -> Verdict:
    """Weigh what happened.

    Args:
        own: What the supervisor decided while the program ran: a limit, a cancel.
        reported: What the child's last frame said, if there was one.
        child_exit: How the process ended, if it did.
        cpu_limit_s: The job's limit, to tell why a process was killed.
        cpu_s: What all its processes together were seen to use, if that is more than
            what its exit tells.

    Returns:
        The supervisor's own decision, else the report, else what the exit tells.
    """
    if own is not None:
        return own
    if reported is not None:
        return reported
    if child_exit is None:
        return Verdict.failed(
            "crashed", "The program closed its channel, but did not end."
        )
    if child_exit.status is None:
        return Verdict(
            status=JobStatus.FAILED,
            code="crashed",
            message="The process that the program's process was forked from died.",
            lost=True,
        )
    return _crash(child_exit.status, max(child_exit.cpu_s, cpu_s), cpu_limit_s)


def _crash(status: int, cpu_s: float, cpu_limit_s: float | None) -> Verdict:
    code = os.waitstatus_to_exitcode(status)
    if code >= 0:
        return Verdict.failed(
            "crashed", f"The program exited with code {code} before main returned."
        )
    if cpu_limit_s is not None:
        over = cpu_s >= cpu_limit_s
        if -code == signal.SIGXCPU or (-code == signal.SIGKILL and over):
            return Verdict.failed("cpu_time", f"{excess.cpu_time(cpu_s, cpu_limit_s)}.")
    return Verdict.failed(
        "crashed", f"The program was killed by {_name(-code)} before main returned."
    )


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def read_child_report(text: str) -> Verdict:
    """Read the last frame of a child that failed, with suspicion.

    Args:
        text: JSON by our own code in the child, or by a program that forged it.

    Returns:
        A failure, whatever the text says.
    """
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        return Verdict.failed("program_error", "The program failed without a reason.")
    code, message, traceback = (
        content.get(key) for key in ("code", "message", "traceback")
    )
    return Verdict(
        status=JobStatus.FAILED,
        code=code
        if isinstance(code, str) and code in _CHILD_CODES
        else "program_error",
        message=_text(message) or "The program failed without a reason.",
        traceback=_text(traceback),
    )


def _text(value: object) -> str | None:
    """Return a text that every store takes: no NUL, no half of a surrogate pair."""
    if not isinstance(value, str) or not value:
        return None
    text = value[:_TEXT_CHARS].replace("\0", "\ufffd")
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
