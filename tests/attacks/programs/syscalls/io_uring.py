"""Sets up io_uring, by which many calls reach the kernel past any filter.

Must be refused.
"""

import ctypes

import attempt

ATTACK = {"off": "none", "may_lack": "this kernel offers no io_uring"}


def main(backend, user_messenger):
    settings = (ctypes.c_char * 120)()
    return attempt.attempt(
        lambda: attempt.call("io_uring_setup", 4, ctypes.byref(settings))
    )
