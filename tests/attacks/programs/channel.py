"""How attacks get at their own end of the channel; it lies beside them, too."""

import os
import socket
import stat
import struct


def find():
    """The job's channel."""
    for number in range(3, 64):
        try:
            if stat.S_ISSOCK(os.fstat(number).st_mode):
                return socket.socket(fileno=os.dup(number))
        except OSError:
            continue
    raise LookupError("there is no socket")


def frame(kind, payload, size=None):
    """The bytes of a frame, with any length in front."""
    return struct.pack(">IB", len(payload) if size is None else size, kind) + payload
