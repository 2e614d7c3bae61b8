"""Becomes the reaper of its own orphans and clears its parent-death signal.

The job may complete; neither it nor its orphans may be left.
"""

import os
import time

from attempt import checked, fork, libc, live_on

ATTACK = {
    "off": "bare",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["Completed"],
}

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36


def main(backend, user_messenger):
    checked(libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0))
    checked(libc.prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0))

    def middle():
        checked(libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0))
        os.setsid()
        fork(lambda: fork(live_on))
        live_on()

    fork(middle)
    time.sleep(0.1)
