"""Signals everybody that it may signal, as ``kill -1`` does (with a harmless one).

Nobody but the job itself may get it.
"""

import os
import signal

import attempt

ATTACK = {
    "oracles": ["victim", "server", "neighbour"],
    "off": "none",
    "alone": True,
    "blocked_by": ["refused", "Completed"],
}


def main(backend, user_messenger, victim, server, neighbour):
    try:
        os.kill(-1, signal.SIGURG)
    except OSError as error:
        return attempt.refused(error)
