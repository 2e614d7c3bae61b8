"""Starts another program again and again, without waiting for any.

Must end at the job's limit of processes.
"""

import os

from attempt import attempt, wait_for_the_end

ATTACK = {
    "off": "bare",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["refused", "processes"],
    "limits": {"processes": 12, "wall_time_s": 10.0},
}


def main(backend, user_messenger):
    def bomb():
        for _ in range(40):
            os.posix_spawn("/bin/sleep", ["sleep", "30"], os.environ)
        wait_for_the_end()
        return "40 programs"

    return attempt(bomb)
