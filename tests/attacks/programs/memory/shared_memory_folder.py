"""Fills /dev/shm, whose files are memory and outlive their process.

Must end at a limit of memory or disk, and nothing may stay there.
"""

import os
from pathlib import Path

import attempt

ATTACK = {
    "oracles": ["data"],
    "off": "bare",
    "blocked_by": ["memory", "disk", "refused"],
    "limits": {"memory_bytes": 200_000_000, "wall_time_s": 15.0},
}


def main(backend, user_messenger, data):
    paths = [Path(f"/dev/shm/atk-{attempt.NONCE}-{n}") for n in range(5)]

    def fill():
        try:
            for path in paths:
                with path.open("wb") as file:
                    for _ in range(6):
                        file.write(bytes(10_000_000))
            attempt.wait_for_the_end()
        finally:
            for path in paths:
                if path.exists():
                    os.unlink(path)
        return "300 MB in /dev/shm"

    return attempt.attempt(fill)
