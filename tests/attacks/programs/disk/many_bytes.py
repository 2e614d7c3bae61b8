"""Fills its folder with files of a megabyte.

Must end at the limit of the disk.
"""

from pathlib import Path

from attempt import attempt, wait_for_the_end

ATTACK = {
    "off": "none",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["disk", "refused"],
    "limits": {"disk_bytes": 16_777_216, "wall_time_s": 10.0},
}


def main(backend, user_messenger):
    def fill():
        for number in range(64):
            Path(f"file{number}").write_bytes(bytes(1 << 20))
        wait_for_the_end()
        return "64 MiB"

    return attempt(fill)
