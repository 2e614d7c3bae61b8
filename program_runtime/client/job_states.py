"""The states of a job, in the service's words and in Qiskit's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qiskit.providers import JobStatus

__all__ = ["FINAL_STATUSES", "in_words_of_qiskit", "status_of"]

FINAL_STATUSES = frozenset({"Completed", "Failed", "Cancelled"})

_QISKIT_NAMES = {
    "Queued": "QUEUED",
    "Running": "RUNNING",
    "Completed": "DONE",
    "Failed": "ERROR",
    "Cancelled": "CANCELLED",
}


def status_of(job: Mapping[str, Any]) -> str:
    """The status in a job's description."""
    return str(job["state"]["status"])


def in_words_of_qiskit(status: str) -> JobStatus:
    """Qiskit's own state for a status."""
    from qiskit.providers import JobStatus  # noqa: PLC0415 - a second

    return JobStatus[_QISKIT_NAMES[status]]
