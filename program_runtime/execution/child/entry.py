"""Where a child begins and ends."""

from __future__ import annotations

import os
import signal
import traceback
from typing import TYPE_CHECKING, NoReturn

from program_runtime.execution import confinement
from program_runtime.execution.child import alone
from program_runtime.execution.child.assignment import Assignment, receive_inputs
from program_runtime.execution.child.failure import ChildFailure, describe
from program_runtime.execution.child.job_channel import JobChannel
from program_runtime.execution.child.program_files import receive_program
from program_runtime.execution.child.run import retire, run_job
from program_runtime.execution.child.surroundings import prepare
from program_runtime.execution.child.turns import serve_turns
from program_runtime.execution.frames import FrameKind
from program_runtime.execution.process_control import die_with_parent

if TYPE_CHECKING:
    import socket

    from program_runtime.execution.confinement import Walls

__all__ = ["become_program", "serve"]

_LOST = 113


def become_program(log_fd: int) -> None:
    """Right after the fork: own session, own standard streams, usual signals.

    Args:
        log_fd: What standard output and error become.
    """
    os.setsid()
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    os.dup2(log_fd, 1)
    os.dup2(log_fd, 2)
    os.close(log_fd)


def serve(
    channel: socket.socket, walls: Walls, *, parent: int, announce: bytes = b""
) -> NoReturn:
    """Wait for one job, run it and end this process.

    Args:
        channel: To the supervisor; its end is the end of this process.
        walls: What to give up before the job is read.
        parent: Whose death is this process's too.
        announce: Sent when everything is imported.
    """
    status = _LOST
    try:
        confinement.restrict(walls)
        # Not before: a change of user clears it.
        if not die_with_parent(parent, signal.SIGKILL):
            os._exit(_LOST)
        if announce:
            channel.sendall(announce)
        status = _serve(channel, walls)
    except ConnectionError:
        pass  # nobody is left to tell
    except Exception:  # noqa: BLE001 - a process boundary
        traceback.print_exc()
    finally:
        # No interpreter shutdown: it would touch, and so copy, every shared page.
        os._exit(status)


def _serve(channel: socket.socket, walls: Walls) -> int:
    job_channel = JobChannel(channel)
    frame = job_channel.receive()
    if frame is None:
        return 0
    if frame[0] == FrameKind.TURNS:
        return serve_turns(channel, walls, frame[1])
    return _serve_job(job_channel, channel, walls, frame[1])


def _serve_job(
    channel: JobChannel, own: socket.socket, walls: Walls, payload: bytearray
) -> int:
    job = Assignment.parse(payload)
    try:
        confinement.confine(walls, job.limits, [job.program_dir, job.work_dir])
        complete = receive_program(channel, job)
        if complete and job.alone:
            alone.become(own, job, payload)
        prepare(job)
    except Exception as error:  # noqa: BLE001 - a process boundary
        channel.fail(ChildFailure("internal", describe(error)))
        return _LOST
    given = receive_inputs(channel, job) if complete else None
    if given is None:
        return 0
    give_way = os.nice
    run_job(job, *given, channel)
    retire(channel, give_way)
    os.close(1)
    os.close(2)
    return 0
