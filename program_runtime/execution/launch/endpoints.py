"""The two ends of what connects a child with its supervisor."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass

__all__ = ["Endpoints", "open_endpoints"]

_SEND_BUFFER_BYTES = 1024 * 1024


@dataclass(slots=True, kw_only=True)
class Endpoints:
    """Four descriptors: ours stay, theirs go to the child."""

    channel: socket.socket
    log_fd: int
    child_channel: socket.socket
    child_log_fd: int

    def close_theirs(self) -> None:
        """Forget what the child owns now, so that its end is seen as end of file."""
        self.child_channel.close()
        os.close(self.child_log_fd)

    def close_ours(self) -> None:
        """Hang up."""
        self.channel.close()
        if self.log_fd >= 0:
            os.close(self.log_fd)
            self.log_fd = -1


def open_endpoints() -> Endpoints:
    """Make a socket pair for frames and a pipe for the log.

    Returns:
        Ours are non-blocking, theirs block; none is inheritable.
    """
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    # A deep buffer lets the program publish on while the server is busy elsewhere.
    theirs.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER_BYTES)
    ours.setblocking(False)
    try:
        log_fd, child_log_fd = os.pipe()
    except OSError:
        ours.close()
        theirs.close()
        raise
    os.set_blocking(log_fd, False)
    return Endpoints(
        channel=ours, log_fd=log_fd, child_channel=theirs, child_log_fd=child_log_fd
    )
