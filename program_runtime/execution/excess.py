"""What is said of a limit that was passed: value and limit, without the full stop."""

from __future__ import annotations

from program_runtime.bundle.limits import size_text

__all__ = ["cpu_time", "disk", "files", "memory", "processes"]


def cpu_time(used_s: float, limit_s: float) -> str:
    """Of all processes together, or of the one that the kernel ended."""
    return (
        f"The program used {used_s:.1f} s of processor time, the limit is {limit_s:g} s"
    )


def memory(used: int, limit: int) -> str:
    """Of all processes together."""
    return (
        f"The program's processes used {size_text(used)} of memory, "
        f"the limit is {size_text(limit)}"
    )


def processes(count: int, limit: int) -> str:
    """Threads are counted alike."""
    return f"The program had {count:,} processes and threads, the limit is {limit:,}"


def disk(used: int, limit: int) -> str:
    """Of all files together."""
    return (
        f"The program's files take {size_text(used)} of disk, "
        f"the limit is {size_text(limit)}"
    )


def files(count: int, limit: int) -> str:
    """Folders are counted alike."""
    return f"The program keeps {count:,} files and folders, the limit is {limit:,}"
