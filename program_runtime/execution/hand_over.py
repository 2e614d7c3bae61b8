"""Gives a job to a waiting child."""

from __future__ import annotations

import asyncio
import os
import socket
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from program_runtime.execution.child.assignment import encode_assignment
from program_runtime.execution.frames import HEADER, FrameKind, encode_frame

if TYPE_CHECKING:
    from program_runtime.execution.job_folders import JobFolders
    from program_runtime.execution.spec import JobSpec

__all__ = ["hang_up", "inputs_size", "program_files", "send_job"]

_CHUNK_BYTES = 256 * 1024


def inputs_size(spec: JobSpec) -> int:
    """The size of the encoded inputs in bytes."""
    if isinstance(spec.inputs, Path):
        return spec.inputs.stat().st_size
    return len(spec.inputs)


def program_files(folder: Path) -> dict[str, Path]:
    """The regular files of a release by their name inside it; links are left out.

    Raises:
        OSError: A folder can not be read.
    """
    found: dict[str, Path] = {}
    for parent, folders, names in os.walk(folder, onerror=_raise):
        folders.sort()
        for name in sorted(names):
            path = os.path.join(parent, name)  # noqa: PTH118 - for every job
            if stat.S_ISREG(os.lstat(path).st_mode):
                found[os.path.relpath(path, folder)] = Path(path)
    return found


def _raise(error: OSError) -> None:
    raise error


async def send_job(channel: socket.socket, spec: JobSpec, folders: JobFolders) -> None:
    """Send the frames that a child waits for.

    Args:
        channel: Of the child.
        spec: The job; inputs in a file are streamed.
        folders: Where the child has its own folders.

    Raises:
        OSError: The child is gone, or the program or the inputs can not be read.
    """
    loop = asyncio.get_running_loop()
    files = program_files(spec.program_dir)
    job = encode_assignment(spec, folders, list(files))
    parts = [encode_frame(FrameKind.JOB, job)]
    parts += [
        encode_frame(FrameKind.FILE, path.read_bytes()) for path in files.values()
    ]
    size = inputs_size(spec)
    parts.append(HEADER.pack(size, FrameKind.INPUTS))
    if isinstance(spec.inputs, bytes):
        parts.append(spec.inputs)
    await loop.sock_sendall(channel, b"".join(parts))
    if not isinstance(spec.inputs, bytes):
        await _send_file(channel, spec.inputs, size)
    if spec.restored is not None:
        checkpoint = encode_frame(FrameKind.RESTORED, spec.restored.encode())
        await loop.sock_sendall(channel, checkpoint)


async def _send_file(channel: socket.socket, path: Path, size: int) -> None:
    loop = asyncio.get_running_loop()
    with path.open("rb") as file:
        while size:
            piece = file.read(min(size, _CHUNK_BYTES))
            if not piece:
                raise OSError(f"{path} became shorter while it was read")
            size -= len(piece)
            await loop.sock_sendall(channel, piece)


def hang_up(channel: socket.socket) -> None:
    """Tell a child that has sent its last frame to end."""
    try:
        channel.shutdown(socket.SHUT_WR)
    except OSError:
        return  # it is gone already
