"""Leaves a daemon that holds the log open and goes on printing.

The job must complete without waiting for it, and the daemon must be gone.
"""

import os
import time

from attempt import fork

ATTACK = {
    "off": "bare",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["Completed"],
    "limits": {"wall_time_s": 6.0},
}


def main(backend, user_messenger):
    def first():
        os.setsid()
        fork(chatter)

    os.waitpid(fork(first), 0)


def chatter():
    os.setsid()
    for number in range(600):
        os.write(1, b"still here %d\n" % number)
        time.sleep(0.05)
