"""Shuts its channel down in one direction and lives on.

Must be ended soon.
"""

import socket
import time

from channel import find

ATTACK = {
    "off": "needs no defence: the harm would be a job that nobody hears of any more",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["crashed", "wall_time"],
    "limits": {"wall_time_s": 1.5},
}


def main(backend, user_messenger):
    find().shutdown(socket.SHUT_WR)
    time.sleep(30)
