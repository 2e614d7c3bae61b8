"""What a job used and will use, and where it stands in the queue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["QueueInfo", "estimation", "quantum_seconds", "queue_info"]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueInfo:
    """Where a job waits: for its turn, or while it runs for a device."""

    status: str
    position: int | None = None
    """1 for the next one; None where nobody knows: it waits for another job of its
    session, or for a device."""
    reason: str | None = None
    """What it waits for, in words, where the service says."""


def quantum_seconds(metrics: Mapping[str, Any]) -> float:
    """How long a job had a quantum processor for itself."""
    usage = metrics.get("usage") or {}
    said = (usage.get(key) for key in ("qpu_s", "qpu_charge_time_seconds", "seconds"))
    return float(next((value for value in said if value), 0.0))


def estimation(job: Mapping[str, Any]) -> dict[str, Any]:
    """What a job is expected to use; None where the service does not say."""
    return {"quantum_seconds": job.get("estimated_running_time_seconds")}


def queue_info(job: Mapping[str, Any]) -> QueueInfo | None:
    """Where a job waits; None when it does not wait."""
    state = job["state"]
    status, reason = str(state["status"]), state.get("reason")
    if status != "Queued" and not (status == "Running" and reason):
        return None
    position = job.get("queue_position")
    return QueueInfo(
        status=status,
        position=None if position is None else int(position),
        reason=reason,
    )
