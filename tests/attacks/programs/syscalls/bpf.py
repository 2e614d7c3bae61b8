"""Makes a map and loads a program into the kernel.

Must be refused.
"""

import ctypes

import attempt

ATTACK = {
    "off": "none",
    "may_lack": "this kernel keeps it from ordinary users",
}

MAP_CREATE, ARRAY = 0, 2


def main(backend, user_messenger):
    words = (ctypes.c_uint32 * 32)(ARRAY, 4, 8, 1)
    return attempt.attempt(
        lambda: attempt.call("bpf", MAP_CREATE, ctypes.byref(words), 128)
    )
