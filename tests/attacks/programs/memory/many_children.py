"""Spreads memory over children, each well below what one process may have.

Must end at the job's limit, which is for all processes together.
"""

import os
import time

from attempt import fork, wait_for_the_end

ATTACK = {
    "off": "bare",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["memory"],
    "limits": {"memory_bytes": 200_000_000, "wall_time_s": 15.0},
}


def main(backend, user_messenger):
    reader, writer = os.pipe()

    def fill():
        kept = b"x" * 60_000_000
        os.write(writer, b".")
        time.sleep(4)
        return kept

    for _ in range(5):
        fork(fill)
    full = 0
    while full < 5:
        full += len(os.read(reader, 10))
    wait_for_the_end()
    return {"got": "300 MB in five processes"}
