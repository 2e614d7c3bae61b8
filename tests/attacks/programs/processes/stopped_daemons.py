"""Leaves daemons that are stopped, and one that stops itself again when woken.

The job may complete; they must be gone: a stopped process takes no signal but one.
"""

import os
import signal

from attempt import fork

ATTACK = {
    "off": "bare",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["Completed"],
}


def main(backend, user_messenger):
    def first():
        os.setsid()
        for _ in range(5):
            fork(sleeper)

    os.waitpid(fork(first), 0)


def sleeper():
    os.setsid()
    for _ in range(30):
        os.kill(os.getpid(), signal.SIGSTOP)
