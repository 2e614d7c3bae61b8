"""The stages in which a process gives things up, each for good.

``isolate`` is for the keeper of a ``strong`` job: it builds the private world that its
program will live in. ``restrict`` is for the program's process while it waits, and
``confine`` adds what depends on the job before a byte of its program is read.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from program_runtime.execution.confinement import rlimits
from program_runtime.execution.confinement.level import Level
from program_runtime.execution.confinement.walls import Walls

if TYPE_CHECKING:
    from collections.abc import Sequence

    from program_runtime.execution.limits import Limits

__all__ = ["confine", "get_ready", "isolate", "restrict"]


def get_ready() -> None:
    """Look up once what is the same for all processes that are forked from this one.

    What each of them looked up itself would cost it time and memory of its own.
    """
    from program_runtime.execution.confinement import (  # noqa: PLC0415
        credentials,
        interpreter,
        landlock,
        namespaces,
        private_root,
        seccomp,
        visible,
    )

    del credentials, namespaces, private_root
    visible.plan(Walls(level=Level.STRONG))
    interpreter.interpreter_folders()
    landlock.prepare()
    if seccomp.available():
        seccomp.prepare()


def isolate(walls: Walls, *, user: int, group: int) -> None:
    """Build a private root and leave all privileges behind, as process 1.

    Args:
        walls: Of level ``strong``.
        user: Who this process was in the namespaces that it came from.
        group: Its group there.

    Raises:
        OSError: The kernel refuses a step.
    """
    from program_runtime.execution.confinement import (  # noqa: PLC0415
        credentials,
        namespaces,
        private_root,
    )

    if walls.uid is None:
        namespaces.write_id_maps(user, group)
    namespaces.name_host()
    private_root.enter_private_root(walls, user if walls.uid is None else walls.uid)
    if walls.uid is not None:
        credentials.become(walls.uid)
    credentials.drop_capabilities()


def restrict(walls: Walls) -> None:
    """Give up what no job may do; the process is still our own code alone.

    Args:
        walls: The same for every job that this process may get.

    Raises:
        OSError: The kernel refuses a step.
    """
    rlimits.set_fixed_rlimits()
    if walls.level is Level.NONE:
        return
    from program_runtime.execution.confinement import (  # noqa: PLC0415
        credentials,
        landlock,
        seccomp,
    )

    if walls.level is Level.REDUCED:
        if walls.uid is not None:
            credentials.become(walls.uid)
        credentials.drop_capabilities()
    credentials.forbid_new_privileges()
    if walls.level is Level.STRONG:
        # The root holds nothing but what programs may see.
        landlock.restrict(
            readable=["/"],
            writable=["/tmp", "/program", "/dev/shm", *landlock.SYSTEM_WRITABLE],  # noqa: S108 - private
            network=walls.network,
        )
    if seccomp.available():
        # In a user namespace the others of this user are out of reach anyway.
        shares_user = walls.level is Level.REDUCED and walls.uid is None
        seccomp.deny_dangerous_calls(network=walls.network, shares_user=shares_user)


def confine(walls: Walls, limits: Limits, folders: Sequence[str]) -> None:
    """Apply what depends on the job to this process, for good.

    Args:
        walls: As given to ``restrict``.
        limits: Those of the job.
        folders: The job's own; the program may write there.

    Raises:
        OSError: The kernel refuses a step.
    """
    rlimits.set_rlimits(limits, count_processes=walls.level is Level.STRONG)
    if walls.level is Level.REDUCED:
        from program_runtime.execution.confinement import (  # noqa: PLC0415
            interpreter,
            landlock,
        )

        landlock.restrict(
            readable=[
                *landlock.SYSTEM_READABLE,
                *interpreter.interpreter_folders(),
                *walls.readable,
                *(landlock.NETWORK_READABLE if walls.network else ()),
                f"/proc/{os.getpid()}",
            ],
            writable=[*folders, *landlock.SYSTEM_WRITABLE],
            network=walls.network,
        )
