"""Stops itself, and with it everything that could notice that time is up.

Must end at its wall time.
"""

import os
import signal

import attempt  # noqa: F401 - marks the process

ATTACK = {
    "off": "bare",
    "lives_on": True,
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["wall_time"],
    "limits": {"wall_time_s": 0.5},
}


def main(backend, user_messenger):
    os.kill(os.getpid(), signal.SIGSTOP)
