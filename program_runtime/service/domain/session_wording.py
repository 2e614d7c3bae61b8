"""Why a session is over, in words that hold both times."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from program_runtime.service.domain.sessions import Session

__all__ = ["in_words", "why_over"]


def why_over(session: Session, at: datetime) -> str:
    """Say which time was over at a moment; nothing if somebody closed the session."""
    since = session.activated or session.created
    over = since + timedelta(seconds=session.max_ttl_s)
    idle = session.idle_since + timedelta(seconds=session.interactive_ttl_s)
    if at >= over and session.activated is not None:
        return (
            f"its first job began at {in_words(since)}, and its max_ttl of "
            f"{_number(session.max_ttl_s)} s ended at {in_words(over)}"
        )
    if at >= over and session.last_job_completed is None:
        return (
            f"it was opened at {in_words(since)} and no job of it began before its "
            f"max_ttl of {_number(session.max_ttl_s)} s ended at {in_words(over)}"
        )
    if at >= idle and session.activated is not None:
        return (
            f"its last job ended at {in_words(session.idle_since)}, and its "
            f"interactive_ttl of {_number(session.interactive_ttl_s)} s ended at "
            f"{in_words(idle)}"
        )
    return ""


def in_words(moment: datetime) -> str:
    """Write a moment down.

    >>> from datetime import UTC, datetime
    >>> in_words(datetime(2026, 11, 22, 14, tzinfo=UTC))
    '2026-11-22 14:00:00 UTC'
    """
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def _number(seconds: float) -> str:
    return f"{seconds:,.10g}"
