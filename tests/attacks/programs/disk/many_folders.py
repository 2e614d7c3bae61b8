"""Fills its folder with folders inside of folders, by names near the longest.

Must end at the limit of files.
"""

import os
import time

from attempt import attempt

ATTACK = {
    "off": "none",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["files", "refused"],
    "limits": {"disk_files": 200, "wall_time_s": 8.0},
}


def main(backend, user_messenger):
    def fill():
        for number in range(500):
            os.mkdir("d" * 200)
            if number % 10 == 0:
                os.chdir("d" * 200)
            else:
                os.rename("d" * 200, f"{number}")
        time.sleep(0.8)
        return "500 folders"

    return attempt(fill)
