"""A program that finds other packages than the base: an interpreter of its own.

What such packages hold is as strange as the program, and the process that all children
are forked from must not import it. So the child starts an interpreter anew when it is
behind its walls already. That takes the import of Qiskit, a second or two a job.
"""

from __future__ import annotations

import importlib
import os
import socket
import sys
import tempfile
from typing import TYPE_CHECKING, Final, NoReturn

from program_runtime.execution.child.assignment import Assignment, receive_inputs
from program_runtime.execution.child.failure import ChildFailure, describe
from program_runtime.execution.child.job_channel import JobChannel
from program_runtime.execution.child.run import retire, run_job
from program_runtime.execution.child.surroundings import prepare, settle

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["become", "main"]

_NEEDED: Final = ("jsonschema", "numpy", "qiskit", "qiskit_aer")
_BEGIN: Final = (
    "import sys; sys.path += sys.argv[3:]; "
    "from program_runtime.execution.child import alone; alone.main(sys.argv[1:3])"
)


def become(
    channel: socket.socket, job: Assignment, payload: bytes | bytearray
) -> NoReturn:
    """Start an interpreter that sees the job's packages in place of this one's.

    Args:
        channel: Goes on where it is: nothing of it was read ahead.
        job: Its files are there, its inputs come next.
        payload: The job as it came.

    Raises:
        OSError: It can not be started.
    """
    with tempfile.TemporaryFile(dir=job.work_dir) as file:
        file.write(payload)
        file.flush()
        os.set_inheritable(file.fileno(), True)
        channel.set_inheritable(True)
        # Neither folders nor files that the site of either environment names.
        words = [sys.executable, "-I", "-S", "-c", _BEGIN]
        numbers = [str(channel.fileno()), str(file.fileno())]
        os.execv(sys.executable, [*words, *numbers, *job.overlay])  # noqa: S606


def main(arguments: Sequence[str]) -> NoReturn:
    """Run the job that another interpreter was given.

    Args:
        arguments: The descriptors of the channel and of the job.
    """
    status = 113
    try:
        status = _run(*map(int, arguments))
    finally:
        os._exit(status)


def _run(channel_fd: int, job_fd: int) -> int:
    _hide_memory()
    os.lseek(job_fd, 0, os.SEEK_SET)
    with os.fdopen(job_fd, "rb") as file:
        job = Assignment.parse(file.read())
    own = socket.socket(fileno=channel_fd)
    own.set_inheritable(False)
    channel = JobChannel(own)
    settle()
    prepare(job)
    given = receive_inputs(channel, job)
    if given is None:
        return 0
    give_way = os.nice
    try:
        for name in _NEEDED:
            importlib.import_module(name)
    except Exception as error:  # noqa: BLE001 - strangers' packages may raise anything
        reason = f"Its packages can not run a program: {describe(error)}"
        channel.fail(ChildFailure("bad_environment", reason))
    else:
        run_job(job, *given, channel)
    retire(channel, give_way)
    os.close(1)
    os.close(2)
    return 0


def _hide_memory() -> None:
    """A new program can be looked into again, until it says that it can not."""
    if sys.platform == "linux":
        from program_runtime.execution.confinement import (  # noqa: PLC0415
            credentials,
        )

        credentials.hide_memory()
