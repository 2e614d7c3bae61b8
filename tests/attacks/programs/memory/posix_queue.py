"""Leaves a POSIX message queue, memory of the kernel, to the next job.

Must be refused, or gone with the job.
"""

import ctypes
import os

import attempt

ATTACK = {
    "off": "bare",
    "blocked_by": ["refused"],
    "turns": 2,
    "may_lack": "this kernel has no message queues",
}

NAME = b"/atk-queue"


def main(backend, user_messenger, turn):
    library = ctypes.CDLL("librt.so.1", use_errno=True)

    def open_it():
        flags = os.O_RDWR | (os.O_CREAT if turn == 1 else 0)
        number = library.mq_open(NAME, flags, 0o666, None)
        attempt.checked(number, "mq_open")
        if turn == 2:
            library.mq_unlink(NAME)
        return number

    return attempt.attempt(open_it)
