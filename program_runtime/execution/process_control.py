"""What a process asks of the kernel about its parent and itself."""

from __future__ import annotations

import os
import sys
from pathlib import Path

__all__ = ["adopt_orphans", "die_with_parent", "thread_count"]

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36


def die_with_parent(parent: int, signal: int) -> bool:
    """Ask for ``signal`` at the parent's death.

    Args:
        parent: The process that should be the parent.
        signal: What the kernel sends when it ends.

    Returns:
        Whether the parent is still there, now that its death can not be missed.
    """
    if sys.platform == "linux":
        _prctl(_PR_SET_PDEATHSIG, int(signal))
    return os.getppid() == parent


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent ends."""
    if sys.platform == "linux":
        _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def thread_count() -> int:
    """Count the threads of this process, those that Python does not know included."""
    for line in Path("/proc/self/status").read_bytes().splitlines():
        if line.startswith(b"Threads:"):
            return int(line.split()[1])
    raise OSError("/proc/self/status names no thread count")


def _prctl(option: int, value: int) -> None:
    from program_runtime.execution.confinement import kernel  # noqa: PLC0415 - Linux

    kernel.prctl(option, value)
