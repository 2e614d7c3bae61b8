"""Spreads memory over children, each well below what one process may have.

Must end at the job's limit, which is for all processes together.
"""

ATTACK = {
    "off": "bare",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["memory"],
    "limits": {"memory_bytes": 600_000_000, "wall_time_s": 15.0},
}

import os
import time

from attempt import fork


def main(backend, user_messenger):
    reader, writer = os.pipe()

    def fill():
        kept = b"x" * 100_000_000
        os.write(writer, b".")
        time.sleep(6)
        return kept

    for _ in range(10):
        fork(fill)
    full = 0
    while full < 10:
        full += len(os.read(reader, 10))
    time.sleep(0.7)
    return {"got": "a gigabyte in ten processes"}
