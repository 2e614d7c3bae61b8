"""How a job ended."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["JobStatus", "Outcome", "Usage"]


class JobStatus(StrEnum):
    """The states of a job."""

    QUEUED = "Queued"
    RUNNING = "Running"
    COMPLETED = "Completed"
    FAILED = "Failed"
    CANCELLED = "Cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What a job used, measured from outside of it; times in seconds."""

    wall_s: float = 0.0
    cpu_s: float = 0.0
    peak_memory_bytes: int = 0
    """The most that all its processes were seen to hold together, or the largest
    resident set of one of them, shared pages included."""
    circuits: int = 0
    """That were submitted to a device."""
    shots: int = 0
    """Of all those circuits together."""
    qpu_s: float = 0.0
    """As the device's provider reports it; 0 from one that reports nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The final status; ``code`` and ``message`` say why a job failed."""

    status: JobStatus
    code: str | None = None
    message: str | None = None
    traceback: str | None = None
    usage: Usage = Usage()
    lost: bool = False
    """Whether the job failed only because the processes that ran it were killed."""
