"""What all processes of a job have in memory together."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from program_runtime.execution.confinement import kernel
from program_runtime.execution.process_reading import (
    PAGE_BYTES,
    read_memory_share,
    read_resident_memory,
)
from program_runtime.execution.process_tree import survey

if TYPE_CHECKING:
    from collections.abc import Sequence

    from program_runtime.execution.process_reading import ProcessStat, ResidentMemory

__all__ = ["MemoryGlance", "glance", "measure"]

_BREATH_S: Final = 0.01
_MEMORY: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryGlance:
    """What costs little to know."""

    most_bytes: int
    """Never too little: what processes share counts as often as there are of them."""
    own_bytes: int
    """Without what they still share with the process that all jobs come from."""
    shared_bytes: int
    """The part of both that is shared memory."""


def glance(stats: Sequence[ProcessStat], *, inherited_bytes: int) -> MemoryGlance:
    """Add up what the kernel tells everybody.

    Args:
        stats: Of the job's processes.
        inherited_bytes: What each of them had when it was forked for the job.

    Raises:
        OSError: This process has no descriptor left to look with.
    """
    memories = [
        (stat, read_resident_memory(stat.pid)) for stat in stats if not stat.ended
    ]
    return MemoryGlance(
        most_bytes=sum(memory.total_bytes for _, memory in memories),
        own_bytes=sum(_own_bytes(*both, inherited_bytes) for both in memories),
        shared_bytes=sum(memory.shared_bytes for _, memory in memories),
    )


def measure(pid: int, *, inherited_bytes: int, limit: int) -> int:
    """Measure exactly, which takes some milliseconds a process.

    Processes come and go while they are looked at one by one, and what two of them
    share moves from one to the other. So what is over the limit is measured twice.

    Args:
        pid: The job's first process.
        inherited_bytes: For processes that are not ours to look into.
        limit: Beyond it the exact number no longer matters.

    Returns:
        Bytes of which every page is counted once.

    Raises:
        OSError: This process has no descriptor left to look with.
    """
    total = _measure_once(pid, inherited_bytes, limit)
    if total > limit:
        time.sleep(_BREATH_S)
        total = min(total, _measure_once(pid, inherited_bytes, limit))
    return total


def _measure_once(pid: int, inherited_bytes: int, limit: int) -> int:
    stats = [stat for stat in survey(pid) if not stat.ended]
    present = {stat.pid for stat in stats}
    total = 0
    for stat in sorted(stats, key=lambda stat: stat.resident_bytes, reverse=True):
        if stat.parent in present and _has_memory_of(stat.parent, stat.pid):
            continue
        share = read_memory_share(stat.pid)
        if share is None:
            share = _own_bytes(stat, read_resident_memory(stat.pid), inherited_bytes)
        total += share
        if total > limit:
            break
    return total


def _has_memory_of(parent: int, child: int) -> bool:
    """Whether they are two in one memory, as before a subprocess becomes its program.

    Each would be told the whole of it as its share.
    """
    try:
        return kernel.syscall("kcmp", parent, child, _MEMORY, 0, 0) == 0
    except OSError:
        return False


def _own_bytes(stat: ProcessStat, memory: ResidentMemory, inherited_bytes: int) -> int:
    """What a process does not share with the one that it was forked from for the job.

    Of what it inherited it shares at least what it has not been given anew since. A
    process that hides its memory can cheat by that much, but by no more.
    """
    inherited = min(inherited_bytes, memory.private_bytes)
    still_shared = max(0, inherited - stat.faults * PAGE_BYTES)
    return memory.total_bytes - still_shared
