"""Kills itself, as the kernel does when memory is short.

Must be told as a crash of this job, and of no other.
"""

import os
import signal

ATTACK = {
    "off": "needs no defence: the harm would be to others, and every run looks for it",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["crashed"],
}


def main(backend, user_messenger):
    os.kill(os.getpid(), signal.SIGKILL)
