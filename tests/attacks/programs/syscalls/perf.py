"""Opens a performance counter, a window on other processes and on the kernel.

Must be refused.
"""

import ctypes

import attempt

ATTACK = {"off": "none", "may_lack": "this kernel has no such counter here"}

SOFTWARE, CPU_CLOCK = 1, 0


def main(backend, user_messenger):
    words = (ctypes.c_char * 128)()
    ctypes.memmove(
        words, SOFTWARE.to_bytes(4, "little") + (128).to_bytes(4, "little"), 8
    )
    ctypes.memmove(ctypes.addressof(words) + 40, b"\x60", 1)  # not the kernel itself
    return attempt.attempt(
        lambda: attempt.call("perf_event_open", ctypes.byref(words), 0, -1, -1, 0)
    )
