"""Fills its folder with empty files.

Must end at the limit of files.
"""

ATTACK = {
    "off": "none",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["files", "refused"],
    "limits": {"disk_files": 1000, "wall_time_s": 8.0},
}

import time
from pathlib import Path

from attempt import attempt


def main(backend, user_messenger):
    def fill():
        for number in range(4000):
            Path(f"file{number}").touch()
        time.sleep(0.8)
        return "4000 files"

    return attempt(fill)
