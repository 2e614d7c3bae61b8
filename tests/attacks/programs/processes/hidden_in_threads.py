"""Ends its main thread; the others go on.

A process whose first thread has ended looks dead; it must be ended all the same.
"""

import threading

from attempt import libc, live_on

ATTACK = {
    "off": "bare",
    "lives_on": True,
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["crashed", "wall_time"],
    "limits": {"wall_time_s": 1.0},
}

SYS_EXIT = {"x86_64": 60, "aarch64": 93}


def main(backend, user_messenger):
    import platform

    threading.Thread(target=live_on).start()
    libc.syscall(SYS_EXIT[platform.machine()], 0)
