"""Marks files and folders so that nobody can remove them, not even root.

Must be refused, or removed all the same.
"""

import ctypes
import os

import attempt

ATTACK = {
    "off": {"root": "none", "ordinary": "the kernel asks for a capability"},
    "alone": True,
    "may_lack": "this file system has no such marks",
}

GET, SET = 0x80086601, 0x40086602
IMMUTABLE, APPEND_ONLY = 0x10, 0x20


def main(backend, user_messenger):
    os.mkdir("folder")
    with open("folder/file", "w") as file:
        file.write("stays")

    def mark(path, bit):
        number = os.open(path, os.O_RDONLY)
        flags = ctypes.c_long()
        attempt.checked(
            attempt.libc.ioctl(number, ctypes.c_ulong(GET), ctypes.byref(flags))
        )
        flags.value |= bit
        result = attempt.libc.ioctl(number, ctypes.c_ulong(SET), ctypes.byref(flags))
        return f"{path} is marked {attempt.checked(result)}"

    return attempt.attempts(
        file=lambda: mark("folder/file", IMMUTABLE),
        folder=lambda: mark("folder", APPEND_ONLY),
    )
