"""Writes the program's files where the program will find them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from program_runtime.execution.child.assignment import Assignment
    from program_runtime.execution.child.job_channel import JobChannel

__all__ = ["receive_program"]


def receive_program(
    channel: JobChannel, job: Assignment, *, replace: bool = False
) -> bool:
    """Take one frame a file, in the order of the assignment.

    They come over the channel because a confined process can open nothing outside, and
    a private copy is nobody else's: what a program does to it ends with the job.

    Args:
        channel: From the supervisor.
        job: Names the files, relative to the program's folder.
        replace: Files of the same name may be there, of an earlier job of this process.

    Returns:
        Whether all came; if not, the supervisor hung up.

    Raises:
        OSError: A file can not be written.
    """
    root = Path(job.program_dir)
    for name in job.files:
        frame = channel.receive()
        if frame is None:
            return False
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if replace:
            path.unlink(missing_ok=True)
        # Never through a link, never over a file that is there already.
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(path, flags, 0o644), "wb") as file:
            file.write(frame[1])
    return True
