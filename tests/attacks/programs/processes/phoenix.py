"""A chain of daemons, each forks the next and ends: whoever looks for it comes late.

The job may complete; the chain must be broken.
"""

import os
import time

from attempt import fork

ATTACK = {
    "off": "bare",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["Completed"],
    "alone": True,
}


def main(backend, user_messenger):
    end = time.monotonic() + 15

    def first():
        os.setsid()
        while time.monotonic() < end:
            time.sleep(0.001)
            if os.fork():
                os._exit(0)

    os.waitpid(fork(first), 0)
