"""Fills its folder with empty files.

Must end at the limit of files.
"""

import time
from pathlib import Path

from attempt import attempt

ATTACK = {
    "off": "none",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["files", "refused"],
    "limits": {"disk_files": 200, "wall_time_s": 8.0},
}


def main(backend, user_messenger):
    def fill():
        for number in range(800):
            Path(f"file{number}").touch()
        time.sleep(0.8)
        return "800 files"

    return attempt(fill)
