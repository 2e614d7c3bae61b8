"""Kills a job that runs beside it.

Must be refused, and that job must go on.
"""

import os
import signal

from attempt import attempt

ATTACK = {"oracles": ["neighbour"], "off": "none", "alone": True}


def main(backend, user_messenger, neighbour):
    return attempt(lambda: f"sent {os.kill(neighbour['pid'], signal.SIGKILL)}")
