"""Limits that the kernel keeps for one process; its children inherit them."""

from __future__ import annotations

import math
import resource
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from program_runtime.execution.limits import Limits

__all__ = ["set_fixed_rlimits", "set_rlimits"]

_KIB: Final = 1024
_KEEPER: Final = 1
"""Processes of the job's user that are not the job's."""


def set_fixed_rlimits() -> None:
    """Take what no job needs.

    A crash must not fill the disk, nor leave memory for others to read. Locked memory
    and message queues would be memory that no other limit counts.
    """
    for name in ("RLIMIT_CORE", "RLIMIT_MEMLOCK", "RLIMIT_MSGQUEUE"):
        kind = getattr(resource, name, None)  # systems differ
        if kind is not None:
            resource.setrlimit(kind, (0, 0))


def set_rlimits(limits: Limits, *, count_processes: bool) -> None:
    """Bound this process for good.

    Args:
        limits: Those of the job. What is ``None`` stays as it is.
        count_processes: Whether to limit their number. The kernel counts all that the
            user runs, so the job needs a user or a user namespace of its own.
    """
    _lower(resource.RLIMIT_NOFILE, limits.open_files)
    if count_processes:
        _lower(resource.RLIMIT_NPROC, limits.processes + _KEEPER)
    if limits.file_bytes is not None:
        _lower(resource.RLIMIT_FSIZE, limits.file_bytes)
    if limits.cpu_time_s is not None:
        used = resource.getrusage(resource.RUSAGE_SELF)
        seconds = math.ceil(limits.cpu_time_s + used.ru_utime + used.ru_stime)
        _lower(resource.RLIMIT_CPU, seconds, grace=1)
    if limits.memory_bytes is not None:
        # Linux counts every private writable mapping as data, used or not, but not
        # what libraries reserve otherwise.
        kind = resource.RLIMIT_DATA if sys.platform == "linux" else resource.RLIMIT_AS
        _lower(kind, limits.memory_bytes + _data_bytes())


def _data_bytes() -> int:
    """What this process has before its job: an allocator alone may reserve 1 GiB."""
    if sys.platform == "linux":
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmData:"):
                return int(line.split()[1]) * _KIB
    return 0


def _lower(kind: int, value: int, *, grace: int = 0) -> None:
    """Set both limits, never above the hard limit that is already there."""
    _, hard = resource.getrlimit(kind)
    ceiling = value + grace
    if hard != resource.RLIM_INFINITY:
        value, ceiling = min(value, hard), min(ceiling, hard)
    resource.setrlimit(kind, (value, ceiling))
