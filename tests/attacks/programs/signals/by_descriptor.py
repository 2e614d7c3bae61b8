"""Has the kernel send a signal for it: whoever owns a descriptor hears of its input.

Must be refused, and the process must get none.
"""

import fcntl
import os
import signal
import socket
import time

import attempt

ATTACK = {
    "oracles": ["victim"],
    "off": "none",
    "blocked_by": ["refused", "Completed"],
}


def main(backend, user_messenger, victim):
    ours, theirs = socket.socketpair()

    def arrange():
        fcntl.fcntl(ours, fcntl.F_SETOWN, victim["pid"])
        fcntl.fcntl(ours, 10, signal.SIGUSR1)  # F_SETSIG
        flags = fcntl.fcntl(ours, fcntl.F_GETFL)
        fcntl.fcntl(ours, fcntl.F_SETFL, flags | os.O_ASYNC)
        theirs.send(b"input")
        time.sleep(0.1)

    result = attempt.attempt(arrange)
    # The call itself says nothing: only the other process knows.
    return result if "refused" in result else None
