"""Makes read-only folders writable, or unmounts what lies over others.

Must be refused.
"""

import ctypes

import attempt

ATTACK = {
    "off": "would change the machine's own mounts",
}

BIND, REMOUNT = 0x1000, 0x20
DETACH = 2
READ_ONLY = 1


def main(backend, user_messenger):
    def attributes():
        words = (ctypes.c_uint64 * 4)(0, READ_ONLY, 0, 0)
        return attempt.call(
            "mount_setattr", -100, b"/usr", 0, ctypes.byref(words), ctypes.sizeof(words)
        )

    return attempt.attempts(
        root=lambda: attempt.call("mount", b"none", b"/", 0, REMOUNT | BIND, 0),
        usr=lambda: attempt.call("mount", b"none", b"/usr", 0, REMOUNT | BIND, 0),
        attributes=attributes,
        proc=lambda: attempt.call("umount2", b"/proc", DETACH),
    )
