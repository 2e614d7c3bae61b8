"""What keeps a program inside its bounds, applied by the child to itself.

``enter`` builds the walls that are the same for every job while a child still waits;
``confine`` adds the job's own limits before a byte of its program or inputs is read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from program_runtime.execution.confinement.level import (
    Level,
    available_levels,
    parse_level,
)

if TYPE_CHECKING:
    from program_runtime.execution.limits import Limits

__all__ = ["Level", "available_levels", "confine", "enter", "parse_level"]


def enter(level: Level) -> None:
    """Build the walls that need not know the job.

    Args:
        level: The level that was asked for.

    Raises:
        ExecutionError: The level is not offered here.
    """
    if parse_level(level) is Level.RLIMITS:
        from program_runtime.execution.confinement import rlimits  # noqa: PLC0415

        rlimits.forbid_core_files()


def confine(level: Level, limits: Limits) -> None:
    """Apply a job's limits to this process, for good.

    Args:
        level: The level that was asked for.
        limits: Those of the job.

    Raises:
        ExecutionError: The level is not offered here.
    """
    if parse_level(level) is Level.RLIMITS:
        from program_runtime.execution.confinement import rlimits  # noqa: PLC0415

        rlimits.set_rlimits(limits)
