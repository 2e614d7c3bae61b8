"""Fills its folder with folders inside of folders, by names near the longest.

Must end at the limit of files.
"""

import os

from attempt import attempt, wait_for_the_end

ATTACK = {
    "off": "none",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["files", "refused"],
    "limits": {"disk_files": 200, "wall_time_s": 10.0},
}


def main(backend, user_messenger):
    def fill():
        for number in range(500):
            os.mkdir("d" * 200)
            if number % 10 == 0:
                os.chdir("d" * 200)
            else:
                os.rename("d" * 200, f"{number}")
        wait_for_the_end()
        return "500 folders"

    return attempt(fill)
