"""Fills the disk with files that have no name any more, in a process that lets nobody
look into it.

Must end at the limit of the disk.
"""

import os

from attempt import attempt, checked, libc, wait_for_the_end

ATTACK = {
    "off": "none",
    "blocked_by": ["disk", "files", "refused"],
    "limits": {"disk_bytes": 16_777_216, "wall_time_s": 10.0},
}

SET_DUMPABLE = 4


def main(backend, user_messenger):
    def fill():
        checked(libc.prctl(SET_DUMPABLE, 0, 0, 0, 0))
        kept = []
        for number in range(8):
            kept.append(open(f"file{number}", "wb", buffering=0))
            os.unlink(f"file{number}")
            for _ in range(8):
                kept[-1].write(bytes(1 << 20))
        wait_for_the_end()
        return f"{len(kept)} files of 8 MiB"

    return attempt(fill)
