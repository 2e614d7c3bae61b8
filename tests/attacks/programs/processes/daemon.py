"""Leaves a daemon: own session, double fork, nothing open, ignores every signal.

The job may complete; the daemon must be gone with it.
"""

import os
import signal

from attempt import fork, live_on

ATTACK = {
    "off": "bare",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["Completed"],
}


def main(backend, user_messenger):
    def first():
        os.setsid()
        fork(daemon)

    os.waitpid(fork(first), 0)


def daemon():
    os.setsid()
    os.closerange(0, 1000)
    for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_IGN)
    live_on()
