"""Blocks all signals in all threads and waits for ever; so does its child.

Must end at its wall time.
"""

import signal

from attempt import fork, live_on

ATTACK = {
    "off": "bare",
    "lives_on": True,
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["wall_time"],
    "limits": {"wall_time_s": 0.5},
}


def main(backend, user_messenger):
    signal.pthread_sigmask(signal.SIG_BLOCK, set(signal.Signals))
    fork(live_on)
    live_on()
