"""Reads the kernel's log, which names addresses, devices and other programs.

Must be refused.
"""

import ctypes

import attempt

ATTACK = {
    "off": {"root": "none", "ordinary": "none"},
    "may_lack": "this kernel keeps its log from ordinary users",
}

READ_ALL, SIZE = 3, 10


def main(backend, user_messenger):
    buffer = ctypes.create_string_buffer(4096)
    return attempt.attempts(
        read=lambda: attempt.call("syslog", READ_ALL, buffer, 4096),
        size=lambda: attempt.call("syslog", SIZE, 0, 0),
    )
