"""A session as the service describes it, in the words of the official clients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CLOSED", "PENDING", "describe", "details", "is_over"]

PENDING = "Pending"
CLOSED = "Closed"

_NAMES = {
    "id": "id",
    "backend_name": "backend_name",
    "interactive_timeout": "interactive_ttl",
    "max_time": "max_ttl",
    "active_timeout": "active_ttl",
    "state": "state",
    "mode": "mode",
    "accepting_jobs": "accepting_jobs",
    "last_job_started": "last_job_started",
    "last_job_completed": "last_job_completed",
    "started_at": "started_at",
    "closed_at": "closed_at",
    "activated_at": "activated_at",
    "usage_time": "elapsed_time",
}


def details(answer: Mapping[str, Any]) -> dict[str, Any]:
    """What is known of a session."""
    return {name: answer.get(key) for name, key in _NAMES.items()}


def describe(answer: Mapping[str, Any]) -> str | None:
    """Its state in words; None for a state that is not known here."""
    state = answer.get("state")
    if state == "open":
        return PENDING
    if state in ("active", "inactive", "pending_inactive"):
        accepting = "accepting" if answer.get("accepting_jobs") else "not accepting"
        return f"In progress, {accepting} new jobs"
    if state == "pending_closed":
        return "In progress, not accepting new jobs"
    return CLOSED if state == "closed" else None


def is_over(answer: Mapping[str, Any]) -> bool:
    """Whether it takes no further job."""
    return answer.get("state") == "closed" or answer.get("accepting_jobs") is False
