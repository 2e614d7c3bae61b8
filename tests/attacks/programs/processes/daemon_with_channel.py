"""Leaves a daemon that keeps the job's channel and goes on sending messages.

The job must complete with what main returned; nothing may come after it.
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

    def chatter():
        os.setsid()
        for number in range(600):
            user_messenger.publish(f"still here {number}")
            time.sleep(0.05)

    os.waitpid(fork(first), 0)
