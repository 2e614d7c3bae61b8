"""The end of the process that comes in any case."""

from __future__ import annotations

import logging
import os
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self

log = logging.getLogger(__name__)

_FAILED = 1


def end_hard() -> None:
    """End the process where it stands.

    What was answered is stored, jobs are settled at the next start, and the zygote
    ends with its children when the process is gone: as after a crash.
    """
    log.error("the service did not end in time; what still ran is settled at its start")
    os._exit(_FAILED)


class Deadline:
    """Ends the process if its orderly end takes too long.

    It has a thread of its own: what keeps the process may be the event loop, or
    another thread that waits for a disk.

    Args:
        end: What is done when the time is over.
    """

    def __init__(self, end: Callable[[], None] = end_hard) -> None:
        self._end = end
        self._timer: threading.Timer | None = None

    def set(self, seconds: float) -> None:
        """Let the end come so many seconds from now, and no other time."""
        self.cancel()
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True
        self._timer.start()

    def cancel(self) -> None:
        """Let no end come."""
        if self._timer is not None:
            self._timer.cancel()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.cancel()
