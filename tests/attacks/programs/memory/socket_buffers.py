"""Fills the buffers of sockets, which are memory of the kernel.

Must end at the job's limit, or be bounded by the number of descriptors.
"""

import os
import socket

from attempt import attempt, fork, wait_for_the_end

ATTACK = {
    "off": "bare",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["memory", "refused"],
    "limits": {"memory_bytes": 200_000_000, "wall_time_s": 15.0},
}


def main(backend, user_messenger):
    reader, writer = os.pipe()

    def fill():
        kept, size = [], 0
        for _ in range(400):
            pair = socket.socketpair()
            pair[0].setblocking(False)
            kept.append(pair)
            try:
                while True:
                    size += pair[0].send(bytes(1 << 16))
            except BlockingIOError:
                pass
        os.write(writer, size.to_bytes(8, "little"))
        wait_for_the_end()

    def bomb():
        for _ in range(4):
            fork(fill)
        sizes = [int.from_bytes(os.read(reader, 8), "little") for _ in range(4)]
        wait_for_the_end()
        return f"{sum(sizes)} bytes in sockets"

    return attempt(bomb)
