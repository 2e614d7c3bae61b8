"""Makes a user namespace, in which it would be root.

Must be refused, by each of the calls.
"""

import ctypes
import os
import signal

import attempt

ATTACK = {"off": "none"}

NEW_USER, NEW_NET = 0x10000000, 0x40000000


def main(backend, user_messenger):
    def reaped(pid):
        if pid == 0:
            os._exit(0)
        os.waitpid(pid, 0)
        return f"process {pid} in a namespace of its own"

    def by_clone3():
        words = (ctypes.c_uint64 * 11)(NEW_USER, 0, 0, 0, int(signal.SIGCHLD))
        return reaped(attempt.call("clone3", ctypes.byref(words), 88))

    return attempt.attempts(
        clone=lambda: reaped(
            attempt.call("clone", NEW_USER | signal.SIGCHLD, 0, 0, 0, 0)
        ),
        clone3=by_clone3,
        unshare=lambda: attempt.call("unshare", NEW_USER | NEW_NET),
    )
