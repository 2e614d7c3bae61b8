"""A caller's timeout, cut into long polls."""

from __future__ import annotations

import time

from program_runtime import errors

__all__ = ["Deadline"]

_WAIT_S = 25.0
"""One long poll; below the minute after which proxies cut a silent connection."""
_HASTE_S = 0.2
"""Polls follow each other no faster."""


class Deadline:
    """When a caller stops waiting for a job.

    Args:
        timeout_s: Seconds from now; None waits for ever.
    """

    def __init__(self, timeout_s: float | None) -> None:
        self._timeout_s = timeout_s
        self._end = None if timeout_s is None else time.monotonic() + timeout_s
        self._last_poll: float | None = None

    def left_s(self) -> float | None:
        """Seconds left; None without a timeout."""
        return None if self._end is None else max(self._end - time.monotonic(), 0)

    def next_wait(self, job_id: str) -> float:
        """How long the next poll may wait; the first poll is always made."""
        left_s = self.left_s()
        if self._last_poll is not None:
            if left_s is not None and left_s <= 0:
                raise self.error(job_id)
            # A service that is shutting down holds no answer back.
            time.sleep(max(self._last_poll + _HASTE_S - time.monotonic(), 0))
        self._last_poll = time.monotonic()
        return _WAIT_S if left_s is None else min(left_s, _WAIT_S)

    def error(self, job_id: str) -> errors.RuntimeJobTimeoutError:
        """The error when the time is over."""
        return errors.RuntimeJobTimeoutError(
            f"Job {job_id} was not over after {self._timeout_s:g} s.",
            hint="It goes on; wait again, or end it with cancel().",
        )
