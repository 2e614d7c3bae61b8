"""Turns its own channel around: connects it elsewhere, or passes it on.

Must be refused, and no socket may hear anything.
"""

import errno
import os
import socket
import stat

import attempt

ATTACK = {
    "oracles": ["network"],
    "off": "needs no defence: a connected socket can not be turned, which this holds",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["refused"],
}


def main(backend, user_messenger, network):
    for number in range(3, 50):
        try:
            if stat.S_ISSOCK(os.fstat(number).st_mode):
                channel = socket.socket(fileno=os.dup(number))
                break
        except OSError:
            continue

    def turned(address):
        try:
            return f"connected {channel.connect(address)}"
        except OSError as error:
            if error.errno == errno.EISCONN:
                raise PermissionError(1, str(error)) from error
            raise

    return attempt.attempts(
        path=lambda: turned(network["unix"]),
        abstract=lambda: turned(network["abstract"]),
    )
