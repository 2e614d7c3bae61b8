"""Sends a large message byte by byte and stops in its middle.

Must end at its wall time, and no half of a message may be left on the disk.
"""

import time

from channel import find, frame

ATTACK = {
    "off": "needs no defence: the harm would be a file that stays, which is looked for",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["wall_time"],
    "limits": {"wall_time_s": 0.7},
}


def main(backend, user_messenger):
    channel = find()
    channel.sendall(frame(1, b'"' + b"x" * 50_000, size=200_000))
    for _ in range(100):
        channel.sendall(b"x")
    time.sleep(10)
