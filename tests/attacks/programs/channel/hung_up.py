"""Closes its end of the channel and lives on.

Must be ended soon.
"""

import os

from attempt import live_on

ATTACK = {
    "off": "bare",
    "lives_on": True,
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["crashed"],
    "limits": {"wall_time_s": 5.0},
}


def main(backend, user_messenger):
    os.closerange(3, 1000)
    live_on()
