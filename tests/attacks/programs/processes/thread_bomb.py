"""Starts threads until there are 150.

Must end at the job's limit, which counts threads like processes.
"""

import threading
import time

from attempt import refused

ATTACK = {
    "off": "bare",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["refused", "processes"],
    "limits": {"processes": 40, "wall_time_s": 6.0},
}


def main(backend, user_messenger):
    for number in range(150):
        try:
            threading.Thread(target=time.sleep, args=[20], daemon=True).start()
        except RuntimeError as error:
            return refused(f"{error} after {number}")
    time.sleep(1)
    return {"got": "150 threads"}
