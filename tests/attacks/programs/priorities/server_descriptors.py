"""Sends descriptors over the channel, which would pile up in the server.

The server must not take them; the job may end as it likes.
"""

import os
import socket
import stat

ATTACK = {
    "off": "needs no defence: the harm would be the server's, and every run looks for it",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["Completed", "bad_message", "crashed"],
}


def main(backend, user_messenger):
    numbers = [os.dup(1) for _ in range(100)]
    for number in range(3, 50):
        if stat.S_ISSOCK(os.fstat(number).st_mode):
            channel = socket.socket(fileno=os.dup(number))
            break
    for _ in range(5):
        socket.send_fds(channel, [b"\x00\x00\x00\x01\x017"], numbers)
