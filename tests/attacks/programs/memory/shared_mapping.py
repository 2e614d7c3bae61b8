"""Fills shared anonymous mappings, which are outside of what a process calls its data.

Must end at the job's limit of memory.
"""

import mmap

from attempt import attempt, wait_for_the_end

ATTACK = {
    "off": "bare",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["memory", "refused"],
    "limits": {"memory_bytes": 200_000_000, "wall_time_s": 15.0},
}


def main(backend, user_messenger):
    def fill():
        kept = []
        for _ in range(5):
            kept.append(mmap.mmap(-1, 60_000_000))
            for _ in range(6):
                kept[-1].write(b"x" * 10_000_000)
        wait_for_the_end()
        return f"{len(kept)} mappings of 60 MB"

    return attempt(fill)
