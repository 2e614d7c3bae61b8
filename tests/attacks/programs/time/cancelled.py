"""Is cancelled and does not care: ignores, blocks, and its children come back.

Must be Cancelled with nothing left.
"""

import os
import signal
import time

from attempt import fork

ATTACK = {
    "off": "bare",
    "lives_on": True,
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["Cancelled"],
    "cancel_after_s": 0.2,
}


def main(backend, user_messenger):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    end = time.monotonic() + 15
    while time.monotonic() < end:
        pid = fork(rest)
        os.waitpid(pid, 0)


def rest():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.setsid()
    time.sleep(0.05)
