"""Fills files in memory, which count for no process.

Must end at the job's limit of memory or of a file.
"""

import os

from attempt import attempt, wait_for_the_end

ATTACK = {
    "off": "bare",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["memory", "refused"],
    "limits": {"memory_bytes": 200_000_000, "wall_time_s": 15.0},
}


def main(backend, user_messenger):
    def fill():
        files = [os.memfd_create(f"file{n}") for n in range(5)]
        for file in files:
            for _ in range(6):
                os.write(file, bytes(10_000_000))
        wait_for_the_end()
        return "300 MB in files"

    return attempt(fill)
