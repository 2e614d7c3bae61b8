"""Stops its keeper, so that nobody is there to end it.

Must be refused, or change nothing: the wall time ends the job.
"""

import os
import signal

from attempt import attempt, live_on

ATTACK = {
    "off": "needs no defence: the harm would be a job that outlives its time",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["refused", "wall_time", "crashed"],
    "limits": {"wall_time_s": 1.0},
}


def main(backend, user_messenger):
    result = attempt(lambda: f"sent {os.kill(os.getppid(), signal.SIGSTOP)}")
    if "refused" in result:
        return result
    return live_on()
