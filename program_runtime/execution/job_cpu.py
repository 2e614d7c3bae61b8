"""The processor time of all processes of a job together."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from program_runtime.execution.process_reading import ProcessStat

__all__ = ["CORES", "JobCpu"]

CORES: Final = os.cpu_count() or 1


class JobCpu:
    """Adds up readings: what a process used passes to the one that waits for its end.

    Where nobody waits for it, what it used is gone with it. So the sum never goes back:
    what it lost since the last reading was used all the same. What came and went
    between two readings, without anybody waiting for it, is not seen.
    """

    def __init__(self) -> None:
        self.used_s = 0.0
        self._before_s: float | None = None
        self._lost_s = 0.0
        self._alive_s = 0.0

    def add(self, stats: Sequence[ProcessStat], elapsed_s: float) -> float:
        """Take a reading.

        Args:
            stats: Of all processes that are there.
            elapsed_s: Since the job began. Its first process may have been at work
                before, and what can not have been used since then is not the job's.

        Returns:
            The job's processor time so far.
        """
        alive_s = sum(stat.cpu_s for stat in stats)
        if self._before_s is None:
            self._before_s = max(0.0, alive_s - elapsed_s * CORES)
        self._lost_s += max(0.0, self._alive_s - alive_s)
        self._alive_s = alive_s
        self.used_s = self._lost_s + alive_s - self._before_s
        return self.used_s
