"""Ids: a prefix that says of what, then 26 characters that sort by time."""

from __future__ import annotations

import secrets
import time

# Crockford's base 32, in lower case: no i, l, o and u to misread.
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_LENGTH = 26
_RANDOM_BITS = 80


def new_job_id(now: float | None = None) -> str:
    """Return a new id for a job, ``job_`` and 26 characters.

    Args:
        now: Seconds since the epoch that the id sorts by; the clock's if absent.
    """
    return f"job_{_ordered(now)}"


def new_session_id(now: float | None = None) -> str:
    """Return a new id for a session that no job begins."""
    return f"session_{_ordered(now)}"


def new_request_id(now: float | None = None) -> str:
    """Return a new id for a request, to find it in the log."""
    return f"req_{_ordered(now)}"


def _ordered(now: float | None) -> str:
    moment_ms = int((time.time() if now is None else now) * 1000)
    number = moment_ms << _RANDOM_BITS | secrets.randbits(_RANDOM_BITS)
    return "".join(
        _ALPHABET[number >> shift & 31] for shift in range(5 * (_LENGTH - 1), -1, -5)
    )
