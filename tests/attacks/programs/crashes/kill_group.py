"""Kills its whole process group.

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
    os.killpg(0, signal.SIGKILL)
