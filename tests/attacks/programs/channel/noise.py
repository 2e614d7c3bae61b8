"""Sends bytes that are no frames.

Must end as a bad message.
"""

import random
import time

from channel import find

ATTACK = {
    "off": "needs no defence: the harm would be the server's, which is looked for",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["bad_message", "messages"],
}


def main(backend, user_messenger):
    find().sendall(b"\x00\x00\x00\x08\x01\xff\xfe\x00\xff" + random.randbytes(100_000))
    time.sleep(10)
