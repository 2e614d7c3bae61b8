"""Computes in children, one after the other: none reaches the limit of processor time.

Must end at the limit for the job, or at its wall time.
"""

import os
import time

from attempt import fork

ATTACK = {
    "off": "bare",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["cpu_time"],
    "limits": {"cpu_time_s": 0.3, "wall_time_s": 8.0},
}


def main(backend, user_messenger):
    def compute():
        while time.process_time() < 0.2:
            pass

    for _ in range(5):
        os.waitpid(fork(compute), 0)
    return {"got": "1 s of processor time"}
