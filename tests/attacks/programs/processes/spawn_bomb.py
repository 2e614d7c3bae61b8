"""Starts another program again and again, without waiting for any.

Must end at the job's limit of processes.
"""

import os
import time

from attempt import attempt

ATTACK = {
    "off": "bare",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["refused", "processes"],
    "limits": {"processes": 12, "wall_time_s": 6.0},
}


def main(backend, user_messenger):
    def bomb():
        for _ in range(40):
            os.posix_spawn("/bin/sleep", ["sleep", "30"], os.environ)
        time.sleep(1)
        return "40 programs"

    return attempt(bomb)
