"""What a process asks of the kernel about its parent and itself."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

__all__ = ["die_with_parent", "thread_count"]

_PR_SET_PDEATHSIG = 1


def die_with_parent(parent: int, signal: int) -> bool:
    """Ask for ``signal`` at the parent's death.

    Args:
        parent: The process that should be the parent.
        signal: What the kernel sends when it ends.

    Returns:
        Whether the parent is still there, now that its death can not be missed.
    """
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(_PR_SET_PDEATHSIG, int(signal), 0, 0, 0):
            raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    return os.getppid() == parent


def thread_count() -> int:
    """Count the threads of this process, those that Python does not know included."""
    for line in Path("/proc/self/status").read_bytes().splitlines():
        if line.startswith(b"Threads:"):
            return int(line.split()[1])
    raise OSError("/proc/self/status names no thread count")
