"""User numbers for jobs, so that no two of them can touch each other."""

from __future__ import annotations

import itertools
import os
import random
from typing import Final

from program_runtime.execution.confinement.level import Level

__all__ = ["JobUsers"]

_FIRST: Final = 0x7000_0000
_COUNT: Final = 0x0800_0000
"""Above what systems give to people, services and containers (uid ranges of systemd)
and below 2**31, where some programs take them for negative numbers."""


class JobUsers:
    """Deals out users, each anew only after 134 million others.

    Several services on one machine begin at random places, so that theirs differ.
    """

    def __init__(self) -> None:
        start = random.SystemRandom().randrange(_COUNT)
        self._numbers = itertools.count(start)

    def next(self, level: Level) -> int | None:
        """Return a user for a job, or ``None`` if it runs as who runs the service.

        Args:
            level: Of the job; only root can give a job a user of its own.
        """
        if os.geteuid() != 0 or level is Level.NONE:
            return None
        return _FIRST + next(self._numbers) % _COUNT
