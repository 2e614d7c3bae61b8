"""The processes that came of one process, and how to end all of them."""

from __future__ import annotations

import contextlib
import functools
import os
import resource
import signal
import time
from typing import TYPE_CHECKING, Final

from program_runtime.execution.process_reading import (
    GONE,
    read_file,
    read_stat,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Container

    from program_runtime.execution.process_reading import ProcessStat

__all__ = ["descendants", "end_descendants", "survey"]

_PATIENCE_S: Final = 10.0
_SHORTEST_PAUSE_S: Final = 0.0005
_LONGEST_PAUSE_S: Final = 0.02


def descendants(pid: int, *, keep: Collection[int] = ()) -> list[int]:
    """Find the children of a process, their children, and so on.

    A process whose parent ends meanwhile can be missed, but not for good: it is then a
    child of whoever adopts orphans. No child at all means no descendant at all.

    Args:
        pid: Of any process.
        keep: Neither these nor what came of them.

    Returns:
        Their ids, parents first; some may have ended already.
    """
    children_of = _reader_of_children()
    seen = {pid, *keep}
    found = [pid]
    for parent in found:  # it grows meanwhile
        for child in children_of(parent):
            if child not in seen:
                seen.add(child)
                found.append(child)
    return found[1:]


def survey(pid: int) -> list[ProcessStat]:
    """Read the numbers of a process and of all its descendants.

    Args:
        pid: Of any process.

    Returns:
        Its own first; nothing when it is gone. What only waits to be reaped is among
        them, for it has an id and has used processor time; what got its id from a
        descendant that is gone is left out.

    Raises:
        OSError: This process has no descriptor left to look with.
    """
    first = read_stat(pid)
    if first is None:
        return []
    pids = descendants(pid)
    family = {pid, *pids}
    stats = (read_stat(other) for other in pids)
    return [
        first,
        *(stat for stat in stats if stat is not None and stat.parent in family),
    ]


def end_descendants(
    pid: int, *, keep: Collection[int] = (), patience_s: float = _PATIENCE_S
) -> bool:
    """Stop all descendants, so that none forks on, then kill them, until none is left.

    Args:
        pid: Of the calling process, which must adopt orphans. Any other is refused:
            from process 1 down, that would be the whole machine.
        keep: Neither these nor what came of them.
        patience_s: When to give up.

    Returns:
        Whether none is left.

    Raises:
        ValueError: The process is not the calling one.
    """
    if pid != os.getpid():
        raise ValueError(f"Process {pid} is not the one that asks.")
    give_up_at = time.monotonic() + patience_s
    pause_s = _SHORTEST_PAUSE_S
    while children := set(_reader_of_children()(pid)).difference(keep):
        left = {child for child in children if not _has_ended(child)}
        if left:
            _freeze_and_kill(left, keep, give_up_at)
            time.sleep(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
        # Else look again: while one of them ended we may have become another's parent.
        if time.monotonic() > give_up_at:
            return False
    return True


def _freeze_and_kill(
    children: set[int], keep: Collection[int], give_up_at: float
) -> None:
    """Stop the children, what came of them, and what that forked before it stopped."""
    room = resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 2
    own = os.getpid()
    seen = {own}
    pidfds: list[int] = []
    try:
        fresh = children
        while fresh and time.monotonic() < give_up_at:
            seen |= fresh
            for other in fresh:
                pidfds += _stop(other, parents=seen)
            while len(pidfds) > room:
                os.close(pidfds.pop())  # it stays stopped until it is its turn
            fresh = set(descendants(own, keep=keep)) - seen
    finally:
        for pidfd in pidfds:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(pidfd, signal.SIGKILL)
            os.close(pidfd)


def _stop(pid: int, *, parents: Container[int]) -> list[int]:
    """Stop a process and hold it, unless its id is somebody else's by now.

    Returns:
        A descriptor that means this process whatever becomes of its id, or nothing.
    """
    try:
        pidfd = os.pidfd_open(pid)
    except OSError:
        return []
    try:
        stat = read_stat(pid)
        if stat is not None and stat.parent in parents:
            if not stat.stopped:
                _stop_group(stat, pidfd)
            signal.pidfd_send_signal(pidfd, signal.SIGSTOP)
            return [pidfd]
    except OSError:
        pass
    os.close(pidfd)
    return []


def _stop_group(stat: ProcessStat, pidfd: int) -> None:
    """Stop at one blow what stays together, as hundreds do that run and fork.

    A group lies within a session, and a session holds what came of its first process.
    So only a session older than the caller's own can hold others than descendants.
    """
    if stat.group <= 1:  # to kill(2) these mean the caller's own group and everybody
        return
    if stat.group == os.getpgrp() or stat.session == os.getsid(0) != os.getpid():
        return
    os.killpg(stat.group, signal.SIGSTOP)
    try:
        signal.pidfd_send_signal(pidfd, 0)
    except ProcessLookupError:  # it is gone, so the group may have been another's
        os.killpg(stat.group, signal.SIGCONT)
        raise


def _has_ended(child: int) -> bool:
    """Reap a child; what it leaves has become the caller's child before."""
    try:
        return os.waitpid(child, os.WNOHANG)[0] == child
    except ChildProcessError:
        return True


def _reader_of_children() -> Callable[[int], list[int]]:
    return _children if _kernel_lists_children() else _children_by_scan()


def _children(pid: int) -> list[int]:
    """Read what the kernel lists: a child belongs to the thread that forked it."""
    folder = f"/proc/{pid}/task"
    found: list[int] = []
    try:
        threads = os.listdir(folder)  # noqa: PTH208 - many times a second
    except GONE:
        return found
    for thread in threads:
        with contextlib.suppress(*GONE):
            found += map(int, read_file(f"{folder}/{thread}/children").split())
    return found


@functools.cache
def _kernel_lists_children() -> bool:
    """Whether this kernel was built to do so (``CONFIG_PROC_CHILDREN``)."""
    try:
        read_file("/proc/thread-self/children")
    except GONE:
        return False
    return True


def _children_by_scan() -> Callable[[int], list[int]]:
    """Ask all processes for their parents, where parents do not know their children."""
    children: dict[int, list[int]] = {}
    try:
        names = os.listdir("/proc")  # noqa: PTH208 - many times a second
    except GONE:
        names = []
    for name in names:
        stat = read_stat(int(name)) if name.isdecimal() else None
        if stat is not None:
            children.setdefault(stat.parent, []).append(stat.pid)
    return lambda pid: children.get(pid, [])
