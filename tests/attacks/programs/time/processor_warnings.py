"""Ignores the warning that its processor time is over.

Must end at the limit.
"""

import signal
import time

ATTACK = {
    "off": "bare",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["cpu_time"],
    "limits": {"cpu_time_s": 0.3, "wall_time_s": 8.0},
}


def main(backend, user_messenger):
    signal.signal(signal.SIGXCPU, signal.SIG_IGN)
    while time.process_time() < 1.2:
        pass
    return {"got": "1.2 s of processor time"}
