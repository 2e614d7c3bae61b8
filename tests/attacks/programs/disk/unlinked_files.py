"""Fills the disk with files that have no name any more: no walk through it finds them.

Must end at the limit of the disk.
"""

import os

from attempt import attempt, wait_for_the_end

ATTACK = {
    "off": "none",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["disk", "refused"],
    "limits": {"disk_bytes": 16_777_216, "wall_time_s": 10.0},
}


def main(backend, user_messenger):
    def fill():
        kept = []
        for number in range(8):
            kept.append(open(f"file{number}", "wb", buffering=0))
            os.unlink(f"file{number}")
            for _ in range(8):
                kept[-1].write(bytes(1 << 20))
        wait_for_the_end()
        return f"{len(kept)} files of 8 MiB"

    return attempt(fill)
