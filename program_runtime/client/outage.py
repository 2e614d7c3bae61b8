"""How long a wait goes on while the service is away."""

from __future__ import annotations

import threading
import time

__all__ = ["Outage"]

_FIRST_DELAY_S = 0.05
_LONGEST_DELAY_S = 2.0


class Outage:
    """Backoff while the service is away, with an end to the patience.

    Args:
        patience_s: How long an outage may last before its error is raised.
        ended: Set by whoever wants the wait to end early.
    """

    def __init__(
        self, patience_s: float, *, ended: threading.Event | None = None
    ) -> None:
        self._patience_s = patience_s
        self._ended = ended or threading.Event()
        self._began: float | None = None
        self._delay_s = _FIRST_DELAY_S

    def over(self) -> None:
        """Note that the service answered."""
        self._began = None
        self._delay_s = _FIRST_DELAY_S

    def wait(self, error: Exception, *, at_most_s: float | None = None) -> None:
        """Wait before the next attempt.

        Args:
            error: What went wrong this time.
            at_most_s: The caller's own time left.

        Raises:
            Exception: ``error``, when the outage has lasted longer than the patience.
        """
        now = time.monotonic()
        if self._began is None:
            self._began = now
        if now - self._began > self._patience_s:
            raise error
        delay_s = self._delay_s if at_most_s is None else min(self._delay_s, at_most_s)
        self._ended.wait(max(delay_s, 0))
        self._delay_s = min(self._delay_s * 2, _LONGEST_DELAY_S)
