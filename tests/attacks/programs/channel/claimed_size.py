"""Announces a message of 4 GB and sends none of it.

Must end at the limit of a message, before anything is allocated for it.
"""

import time

from channel import find, frame

ATTACK = {
    "off": "needs no defence: the harm would be the server's memory, which is measured",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["messages"],
}


def main(backend, user_messenger):
    find().sendall(frame(1, b"", size=2**32 - 1))
    time.sleep(10)
