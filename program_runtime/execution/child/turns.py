"""Several jobs in one process, one after another: the jobs of a session.

What the first job has imported, transpiled and compiled is there for the next. Only
programs that are trusted with that run so, and one process serves one session: what it
remembers of earlier jobs is their own user's.

The channel that a child gets at its start becomes the control channel. Each turn comes
as one byte with two descriptors, the job's own channel and log; what the process used
goes back when the turn is over.
"""

from __future__ import annotations

import json
import os
import resource
import socket
import struct
from typing import TYPE_CHECKING, Any, Final

from program_runtime.execution import confinement
from program_runtime.execution.child.assignment import Assignment, receive_inputs
from program_runtime.execution.child.failure import ChildFailure, describe
from program_runtime.execution.child.job_channel import JobChannel
from program_runtime.execution.child.program_files import receive_program
from program_runtime.execution.child.run import run_job
from program_runtime.execution.child.surroundings import (
    flush_streams,
    prepare,
    set_log_level,
)
from program_runtime.execution.limits import Limits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qiskit.providers import BackendV2

    from program_runtime.execution.confinement import Walls

__all__ = ["NEXT_TURN", "TURN_OVER", "encode_terms", "serve_turns"]

NEXT_TURN: Final = b"n"
TURN_OVER: Final = struct.Struct("dq")
"""Processor time of the turn in seconds; most memory of the process so far in bytes."""

_DESCRIPTORS: Final = 2
_MAXRSS_UNIT: Final = 1024


def encode_terms(limits: dict[str, Any], folders: Sequence[str]) -> bytes:
    """Write what holds for all turns of a process.

    Args:
        limits: Those of the first job; processor time can not be among them.
        folders: Program and work folder, as the child names them.
    """
    return json.dumps({"limits": limits, "folders": list(folders)}).encode()


def serve_turns(control: socket.socket, walls: Walls, terms: bytearray) -> int:
    """Run jobs until the supervisor hangs up.

    Args:
        control: What turns come over.
        walls: Around this process.
        terms: What ``encode_terms`` wrote.

    Returns:
        The exit status.

    Raises:
        OSError: The process can not be confined, or the supervisor is gone.
    """
    content = json.loads(terms)
    confinement.confine(walls, Limits(**content["limits"]), content["folders"])
    _detach_log()
    devices: dict[str, BackendV2] = {}
    first = True
    while True:
        data, fds, _, _ = socket.recv_fds(control, len(NEXT_TURN), _DESCRIPTORS)
        if not data:
            return 0
        used_s = _cpu_s()
        with socket.socket(fileno=fds[0]) as own:
            own.set_inheritable(False)
            _attach_log(fds[1])
            _serve_turn(JobChannel(own), devices, first=first)
            first = False
            # Before the log's end is seen outside, so that it can not be missed.
            control.sendall(TURN_OVER.pack(_cpu_s() - used_s, _peak_bytes()))
            _detach_log()


def _serve_turn(
    channel: JobChannel, devices: dict[str, BackendV2], *, first: bool
) -> None:
    frame = channel.receive()
    if frame is None:
        return
    job = Assignment.parse(frame[1])
    try:
        complete = receive_program(channel, job, replace=not first)
        if first:
            prepare(job)
        set_log_level(job.log_level)
    except Exception as error:  # noqa: BLE001 - a process boundary
        channel.fail(ChildFailure("internal", describe(error)))
        return
    given = receive_inputs(channel, job) if complete else None
    if given is not None:
        run_job(job, *given, channel, devices=devices)
        channel.wait_for_hang_up()
        flush_streams()


def _attach_log(fd: int) -> None:
    os.dup2(fd, 1)
    os.dup2(fd, 2)
    os.close(fd)


def _detach_log() -> None:
    os.dup2(0, 1)
    os.dup2(0, 2)


def _cpu_s() -> float:
    found = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    usages = [resource.getrusage(who) for who in found]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def _peak_bytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _MAXRSS_UNIT
