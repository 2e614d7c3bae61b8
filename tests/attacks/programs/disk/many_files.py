"""Fills its folder with empty files.

Must end at the limit of files.
"""

from pathlib import Path

from attempt import attempt, wait_for_the_end

ATTACK = {
    "off": "none",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["files", "refused"],
    "limits": {"disk_files": 200, "wall_time_s": 10.0},
}


def main(backend, user_messenger):
    def fill():
        for number in range(800):
            Path(f"file{number}").touch()
        wait_for_the_end()
        return "800 files"

    return attempt(fill)
