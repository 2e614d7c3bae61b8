"""Who a process is and what it may do: each function gives something up for good."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Final

from program_runtime.execution.confinement import kernel

__all__ = ["become", "drop_capabilities", "forbid_new_privileges", "hide_memory"]

_SET_DUMPABLE: Final = 4
_DROP_FROM_BOUNDING_SET: Final = 24
_SET_NO_NEW_PRIVILEGES: Final = 38
_AMBIENT: Final = 47
_CLEAR_ALL: Final = 4


def become(uid: int) -> None:
    """Change to a user and the group of the same number, with no way back.

    Who already is that user keeps the group. The bounding set goes first, because a
    process that is no longer root can not empty it.

    Args:
        uid: The user.

    Raises:
        OSError: This process may not become that user.
    """
    same = uid == os.getuid()
    if not same:
        _empty_bounding_set()
    try:
        os.setgroups([])
    except PermissionError:
        if not same:
            raise
    gid = os.getgid() if same else uid
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)


def drop_capabilities() -> None:
    """Give up all capabilities, those that another program would give included.

    Raises:
        OSError: The kernel refuses.
    """
    _empty_bounding_set()
    kernel.prctl(_AMBIENT, _CLEAR_ALL)
    kernel.clear_capabilities()


def forbid_new_privileges() -> None:
    """Let no program that is run from now on have more rights than this process.

    Raises:
        OSError: The kernel refuses.
    """
    kernel.prctl(_SET_NO_NEW_PRIVILEGES, 1)


def hide_memory() -> None:
    """Keep other processes of the same user out of this one, and make no core file.

    Raises:
        OSError: The kernel refuses.
    """
    kernel.prctl(_SET_DUMPABLE, 0)


def _empty_bounding_set() -> None:
    """What nobody can gain again; who may not shrink it has nothing to lose."""
    last = int(Path("/proc/sys/kernel/cap_last_cap").read_text())
    with contextlib.suppress(PermissionError):
        for capability in range(last + 1):
            kernel.prctl(_DROP_FROM_BOUNDING_SET, capability)
