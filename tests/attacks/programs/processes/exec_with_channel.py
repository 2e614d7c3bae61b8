"""Becomes another program and leaves it the channel and the log.

Must be ended by its wall time at the latest.
"""

import os

import attempt  # noqa: F401 - marks the process

ATTACK = {
    "off": "bare",
    "lives_on": True,
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["crashed", "wall_time"],
    "limits": {"wall_time_s": 1.0},
}


def main(backend, user_messenger):
    for number in range(3, 100):
        try:
            os.set_inheritable(number, True)
        except OSError:
            continue
    os.execv("/bin/sleep", ["sleep", "30"])
