"""Exhausts the small stack of a thread.

Must be told as a crash of this job, and of no other.
"""

import re
import sys
import threading

ATTACK = {
    "off": "needs no defence: the harm would be to others, and every run looks for it",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["crashed"],
}


def main(backend, user_messenger):
    sys.setrecursionlimit(10**9)
    threading.stack_size(64 * 1024)
    nested = None
    for _ in range(500_000):
        nested = (nested,)
    thread = threading.Thread(target=lambda: hash(nested) + bool(re))
    thread.start()
    thread.join()
