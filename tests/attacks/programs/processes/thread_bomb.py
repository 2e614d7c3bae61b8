"""Starts threads until there are 150.

Must end at the job's limit, which counts threads like processes.
"""

import threading
import time

from attempt import refused, wait_for_the_end

ATTACK = {
    "off": "bare",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["refused", "processes"],
    "limits": {"processes": 40, "wall_time_s": 10.0},
}


def main(backend, user_messenger):
    for number in range(150):
        try:
            threading.Thread(target=time.sleep, args=[20], daemon=True).start()
        except RuntimeError as error:
            return refused(f"{error} after {number}")
    wait_for_the_end()
    return {"got": "150 threads"}
