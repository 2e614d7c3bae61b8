"""A world of its own for a job: mounts, processes, network, names and users."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from program_runtime.execution.confinement.walls import Walls

__all__ = ["NAMESPACES", "NETWORK", "USER", "flags", "name_host", "write_id_maps"]

_MOUNTS: Final = 0x0002_0000
_CGROUPS: Final = 0x0200_0000
_HOST_NAME: Final = 0x0400_0000
_MESSAGE_QUEUES: Final = 0x0800_0000
_PROCESSES: Final = 0x2000_0000

NETWORK: Final = 0x4000_0000
"""``CLONE_NEWNET``: a new one has only a loopback device, and that one is down."""

NAMESPACES: Final = (
    _MOUNTS | _PROCESSES | NETWORK | _MESSAGE_QUEUES | _HOST_NAME | _CGROUPS
)
"""All that root may make."""

USER: Final = 0x1000_0000
"""``CLONE_NEWUSER``: who is not root may make the others only together with it."""

_HOST: Final = "program"


def flags(walls: Walls, *, user: bool) -> int:
    """Choose the namespaces for ``clone``.

    Args:
        walls: With or without the machine's network.
        user: Whether to make a user namespace, too.

    Returns:
        The union of ``CLONE_NEW...`` flags.
    """
    chosen = NAMESPACES & ~NETWORK if walls.network else NAMESPACES
    return chosen | USER if user else chosen


def write_id_maps(uid: int, gid: int) -> None:
    """Be in the new user namespace who this process was outside, and know no other.

    To be called inside, before anything else: until then this process is nobody, and
    once its memory is hidden, these files are not its own any more.

    Args:
        uid: The user outside, who made the namespace.
        gid: The group outside.

    Raises:
        OSError: The kernel refuses.
    """
    own = Path("/proc/self")
    # Whoever could drop a group here could open what is closed to that group only.
    (own / "setgroups").write_text("deny")
    (own / "uid_map").write_text(f"{uid} {uid} 1")
    (own / "gid_map").write_text(f"{gid} {gid} 1")


def name_host() -> None:
    """Hide the machine's name.

    Raises:
        OSError: The kernel refuses.
    """
    socket.sethostname(_HOST)
