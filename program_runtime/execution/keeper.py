"""The process between the zygote and a program: it reaps, and leaves nothing behind.

At level ``strong`` it is process 1 of the program's namespaces: when it ends, the
kernel ends everything inside. Below, it adopts what the program abandons and ends that
itself. Either way the program is an ordinary child with an ordinary exit status.
"""

from __future__ import annotations

import os
import select
import signal
import struct
import traceback
from typing import Final, NoReturn

from program_runtime.execution import confinement
from program_runtime.execution.confinement import Level, Walls
from program_runtime.execution.process_control import adopt_orphans, die_with_parent

__all__ = ["END", "SIGNALS", "STATUS", "become_keeper", "split"]

END: Final = signal.SIGUSR1
"""Tells a keeper below ``strong`` to end its program and all that came of it."""

SIGNALS: Final = frozenset({signal.SIGCHLD, signal.SIGTERM, END})
"""Blocked before a keeper is split off, so that none is missed."""

STATUS: Final = struct.Struct("i")
"""How a keeper reports its program's wait status."""

_LOST: Final = 113


def split(walls: Walls) -> int:
    """Fork a keeper, for ``strong`` straight into namespaces of its own.

    Args:
        walls: What it will build.

    Returns:
        0 in the keeper, else its pid.

    Raises:
        OSError: The kernel refused.
    """
    if walls.level is not Level.STRONG:
        return os.fork()
    from program_runtime.execution.confinement import (  # noqa: PLC0415
        kernel,
        namespaces,
    )

    return kernel.clone(namespaces.flags(walls, user=walls.uid is None), signal.SIGCHLD)


def become_keeper(
    walls: Walls, *, parent: int, user: int, group: int, report_fd: int, fds: list[int]
) -> int:
    """Go on as keeper after ``split``; returns in the program's process alone.

    Args:
        walls: As given to ``split``.
        parent: The zygote, whose death is the keeper's too.
        user: Who the zygote is.
        group: Its group.
        report_fd: Where the program's wait status goes.
        fds: What belongs to the program: log and channel.

    Returns:
        The pid of the keeper, as its program sees it.
    """
    program = 0
    own = os.getpid()
    try:
        os.setsid()
        if walls.uid is not None:
            os.fchown(fds[0], walls.uid, walls.uid)  # for /dev/stderr to open
        if walls.level is Level.STRONG:
            confinement.isolate(walls, user=user, group=group)
        else:
            adopt_orphans()
        _stay_with(parent, walls.level, report_fd)
        program = os.fork()
    except BaseException:  # noqa: BLE001 - a process boundary
        os.dup2(fds[0], 2)
        traceback.print_exc()
        os._exit(_LOST)
    if program:
        _keep(program, walls.level, report_fd, fds)
    os.close(report_fd)
    return own


def _stay_with(parent: int, level: Level, report_fd: int) -> None:
    """Have the kernel tell of the zygote's death, unless it is dead already."""
    if level is not Level.STRONG:
        if not die_with_parent(parent, END):
            os._exit(_LOST)
        return
    # Its pid is not known in here, but it holds the other end of the report's pipe.
    die_with_parent(0, signal.SIGKILL)
    poll = select.poll()
    poll.register(report_fd, 0)
    if poll.poll(0):
        os._exit(_LOST)


def _keep(program: int, level: Level, report_fd: int, fds: list[int]) -> NoReturn:
    status = signal.SIGKILL.value
    try:
        for fd in fds:
            os.close(fd)
        os.dup2(0, 2)
        if level is not Level.NONE:
            from program_runtime.execution.confinement import (  # noqa: PLC0415
                credentials,
            )

            credentials.hide_memory()
        status = _until_ended(program)
        if level is not Level.STRONG:
            from program_runtime.execution import process_tree  # noqa: PLC0415

            process_tree.end_descendants(os.getpid())
        os.write(report_fd, STATUS.pack(status))
    finally:
        # What is left in the namespace dies now. No interpreter shutdown: it would
        # touch, and so copy, every page that is shared with the zygote.
        os._exit(0)


def _until_ended(program: int) -> int:
    """Wait for the program's end, or for the order to end it."""
    while True:
        received = signal.sigwait(SIGNALS)
        if received == END:
            return signal.SIGKILL.value
        if received == signal.SIGTERM:
            _pass_on(program, signal.SIGTERM)
            continue
        status = _reap(program)
        if status is not None:
            return status


def _reap(program: int) -> int | None:
    """Collect all that ended; the program's status, if it was among them."""
    found = None
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return found
        if pid == 0:
            return found
        if pid == program:
            found = status


def _pass_on(program: int, signum: int) -> None:
    try:
        os.killpg(program, signum)
    except ProcessLookupError:
        os.kill(program, signum)  # it is too young to lead a group
