"""Recurses in C, where Python's own limit does not count, until the stack is over.

Must be told as a crash of this job, and of no other.
"""

import ctypes

ATTACK = {
    "off": "needs no defence: the harm would be to others, and every run looks for it",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["crashed"],
}

KIND = ctypes.CFUNCTYPE(ctypes.c_int)


def main(backend, user_messenger):
    import sys

    sys.setrecursionlimit(10**9)

    @KIND
    def deeper():
        return deeper()

    deeper()
