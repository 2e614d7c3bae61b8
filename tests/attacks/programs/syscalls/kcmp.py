"""Compares kernel objects of another process with its own.

Must be refused.
"""

import os

import attempt

ATTACK = {
    "oracles": ["victim"],
    "off": "none",
    "may_lack": "this kernel can not compare",
}

FILES = 2


def main(backend, user_messenger, victim):
    return attempt.attempt(
        lambda: attempt.call("kcmp", os.getpid(), victim["pid"], FILES, 0, 0)
    )
