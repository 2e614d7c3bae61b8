"""Prints without end, without a line feed, bytes that are no text.

Must end at the limit of the log.
"""

import os

ATTACK = {
    "off": "needs no defence: the harm would be the server's memory, which is measured",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["output"],
    "limits": {"log_bytes": 1_000_000},
}


def main(backend, user_messenger):
    while True:
        os.write(1, b"\xff\x80\xc3" * 10_000)
