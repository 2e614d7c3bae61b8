"""Control groups (version 2): limits of a whole job, kept by the kernel itself.

Only where an operator gives the service a group of its own, as ``Delegate=yes`` in a
unit of systemd does. What is here comes on top of what holds without it.
"""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Final

from program_runtime.execution.confinement.own_group import own_group
from program_runtime.execution.process_tree import descendants

if TYPE_CHECKING:
    from pathlib import Path

    from program_runtime.execution.limits import Limits

__all__ = ["Delegation", "Group"]

_WANTED: Final = ("memory", "pids", "cpu")
_KEEPER: Final = 1
"""A process of ours that lives in a job's group."""


class Delegation:
    """A group that is the service's own, with this process in a leaf of it."""

    def __init__(self, root: Path, controllers: frozenset[str]) -> None:
        self.root = root
        self.controllers = controllers

    @classmethod
    def find(cls, group: Path | None = None) -> Delegation | None:
        """Take the group of this process over, if nobody else is in it.

        Args:
            group: Its folder, if not the one that the kernel tells.

        Returns:
            ``None`` where the group is not ours to divide; nothing is changed then.
        """
        root = own_group() if group is None else group
        if root is None:
            return None
        leaf = root / "supervisor"
        try:
            own = {os.getpid(), *descendants(os.getpid())}
            present = {int(pid) for pid in (root / "cgroup.procs").read_text().split()}
            if os.getpid() not in present or present - own:
                return None
            leaf.mkdir(exist_ok=True)
            try:
                return cls(root, _divide(root, leaf, present))
            except OSError:
                _move(present, root)
                leaf.rmdir()
        except OSError:
            pass
        return None

    def group(self, name: str, limits: Limits, *, disk_in_memory: bool) -> Group:
        """Make a group for a job.

        Args:
            name: Of its folder.
            limits: Those of the job.
            disk_in_memory: Whether its files count as its memory.

        Raises:
            OSError: The kernel refuses.
        """
        values = {"pids.max": limits.processes + _KEEPER}
        if limits.memory_bytes is not None:
            more = limits.disk_bytes if disk_in_memory else 0
            values |= {
                "memory.max": limits.memory_bytes + more,
                "memory.swap.max": 0,
                "memory.oom.group": 1,
            }
        group = Group(self.root / name)
        group.path.mkdir()
        for file, value in values.items():
            path = group.path / file
            if file.partition(".")[0] in self.controllers and path.exists():
                path.write_text(str(value))
        return group


def _divide(root: Path, leaf: Path, pids: set[int]) -> frozenset[str]:
    """Only a group without processes may hand controllers down to groups within it."""
    _move(pids, leaf)
    offered = (root / "cgroup.controllers").read_text().split()
    found = [name for name in _WANTED if name in offered]
    if found:
        names = " ".join(f"+{name}" for name in found)
        (root / "cgroup.subtree_control").write_text(names)
    return frozenset(found)


def _move(pids: set[int], group: Path) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):  # it has ended
            (group / "cgroup.procs").write_text(str(pid))


class Group:
    """The group of one job."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def add(self, pid: int) -> None:
        """Move a process and all that came of it in; what it has stays counted outside.

        Raises:
            OSError: The kernel refuses.
        """
        _move({pid, *descendants(pid)}, self.path)

    def memory_peak(self) -> int | None:
        """Return the most that its processes had; ``None`` where it is not counted."""
        try:
            return int((self.path / "memory.peak").read_text())
        except OSError:
            return None

    def oom_killed(self) -> bool:
        """Whether the kernel ended it for its memory."""
        try:
            events = (self.path / "memory.events").read_text().splitlines()
        except OSError:
            return False
        return any(line.startswith("oom_kill ") and line[9:] != "0" for line in events)

    def kill(self) -> None:
        """End all its processes at once.

        Raises:
            OSError: The kernel can not (before Linux 5.14).
        """
        (self.path / "cgroup.kill").write_text("1")

    def remove(self) -> bool:
        """Remove it; ``False`` while something in it still ends."""
        with contextlib.suppress(OSError):
            self.path.rmdir()
        return not self.path.exists()
