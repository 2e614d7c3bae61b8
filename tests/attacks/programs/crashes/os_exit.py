"""Ends at once and says that all went well.

Must be told as a crash of this job, and of no other.
"""

import os

ATTACK = {
    "off": "needs no defence: the harm would be to others, and every run looks for it",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["crashed"],
}


def main(backend, user_messenger):
    os._exit(0)
