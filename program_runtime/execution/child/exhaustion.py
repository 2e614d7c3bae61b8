"""Tells which limit a program ran into from the exception that came out of it.

What the kernel keeps, a program meets as an exception like any other. Whether it was a
limit that did it shows in what is used up now.
"""

from __future__ import annotations

import errno
import os
import resource
import threading
from typing import TYPE_CHECKING, Final

from program_runtime.bundle.limits import size_text
from program_runtime.execution import excess
from program_runtime.execution.child.failure import (
    ChildFailure,
    author_traceback,
    describe,
)
from program_runtime.execution.process_reading import PAGE_BYTES, read_stat

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from program_runtime.execution.limits import Limits

__all__ = ["exhausted"]

_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
_NO_THREAD: Final = "can't start new thread"
_LONGEST_CHAIN: Final = 16
_MAXRSS_UNIT: Final = 1024
_USUAL_STACK_BYTES: Final = 8 * 1024 * 1024

# Where the standard library forks. Its pools have tidied up when the exception comes.
_FORKING: Final = (
    "/subprocess.py",
    "/multiprocessing/popen_fork.py",
    "/multiprocessing/util.py",
)

_NEARLY: Final = 0.9
"""Of the processes that are allowed: some may have ended since."""


def exhausted(
    error: BaseException, limits: Limits, *, root: Path, work_dir: str
) -> ChildFailure | None:
    """Find the limit behind an exception.

    Args:
        error: What came out of the program; what it was raised from counts, too.
        limits: Those of the job.
        root: The program's folder, for the traceback.
        work_dir: Where it writes to.

    Returns:
        A failure that names limit, value and exception; ``None``: it was no limit.
    """
    try:
        part: BaseException | None = error
        for _ in range(_LONGEST_CHAIN):
            if part is None:
                break
            found = _explain(part, limits, work_dir)
            if found is not None:
                code, text = found
                message = f"{text}: {describe(part)}"
                return ChildFailure(code, message, author_traceback(error, root))
            part = part.__cause__
    except BaseException:  # noqa: BLE001 - what the program raises may raise anything
        return None
    return None


def _explain(
    error: BaseException, limits: Limits, work_dir: str
) -> tuple[str, str] | None:
    """Return the code and what goes before the exception's own text."""
    if isinstance(error, MemoryError):
        return _memory(limits)
    if isinstance(error, RuntimeError) and _NO_THREAD in str(error):
        return _threads(limits)
    if isinstance(error, OSError):
        return _explain_refusal(error, limits, work_dir)
    return None


def _explain_refusal(
    error: OSError, limits: Limits, work_dir: str
) -> tuple[str, str] | None:
    """Likewise for what the kernel refused."""
    if error.errno == errno.ENOMEM:
        return _memory(limits)
    if error.errno in _NO_ROOM:
        return _disk(limits, work_dir)
    if error.errno == errno.EFBIG and limits.file_bytes is not None:
        largest = size_text(limits.file_bytes)
        return "disk", f"A file of the program reached {largest}, the limit of one file"
    if error.errno == errno.EAGAIN and (
        _was_forking(error.__traceback__) or _has_all_processes(limits)
    ):
        return _processes(limits)
    return None


def _memory(limits: Limits) -> tuple[str, str]:
    if limits.memory_bytes is None:
        return "memory", "The program ran out of memory"
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _MAXRSS_UNIT
    return "memory", (
        f"The program ran out of memory with up to {size_text(used)} in use, "
        f"the limit is {size_text(limits.memory_bytes)}"
    )


def _disk(limits: Limits, work_dir: str) -> tuple[str, str]:
    status = os.statvfs(work_dir)
    no_files = status.f_files > 0 and status.f_ffree == 0
    code = "files" if no_files else "disk"
    size = status.f_blocks * status.f_frsize
    if size > limits.disk_bytes + PAGE_BYTES:
        # Not a file system of the job's own, whose size is the limit.
        return code, "No room is left on the disk that the program's files are on"
    if no_files:
        return code, excess.files(limits.disk_files, limits.disk_files)
    used = size - status.f_bfree * status.f_frsize
    return code, excess.disk(used, limits.disk_bytes)


def _threads(limits: Limits) -> tuple[str, str]:
    """Each thread takes a place and a stack; what is used up first was missing."""
    stack_bytes = threading.stack_size() or _stack_limit()
    most_bytes = limits.processes * stack_bytes
    if limits.memory_bytes is not None and most_bytes > limits.memory_bytes:
        return _memory(limits)
    return _processes(limits)


def _stack_limit() -> int:
    soft, _ = resource.getrlimit(resource.RLIMIT_STACK)
    return _USUAL_STACK_BYTES if soft == resource.RLIM_INFINITY else soft


def _processes(limits: Limits) -> tuple[str, str]:
    return "processes", excess.processes(limits.processes, limits.processes)


def _was_forking(trace: TracebackType | None) -> bool:
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is not None and trace.tb_frame.f_code.co_filename.endswith(_FORKING)


def _has_all_processes(limits: Limits) -> bool:
    """Whether so many run now; what else is not there yet is told the same way."""
    allowed, _ = resource.getrlimit(resource.RLIMIT_NPROC)
    if not limits.processes <= allowed <= limits.processes + 1:
        return False  # it was not set for the job, so /proc shows others than the job's
    pids = (int(name) for name in os.listdir("/proc") if name.isdecimal())  # noqa: PTH208
    stats = (read_stat(pid) for pid in pids)
    count = sum(stat.threads for stat in stats if stat is not None)
    return count >= _NEARLY * limits.processes
