"""Publishes from forked children at the same time, so that frames get torn.

Must end as a bad message or by a limit, if it does not complete.
"""

import os

from attempt import fork

ATTACK = {
    "off": "needs no defence: the rules for events hold at every level, and are checked",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["Completed", "bad_message", "messages", "wall_time"],
    "limits": {"wall_time_s": 4.0},
}


def main(backend, user_messenger):
    def talk():
        for number in range(200):
            user_messenger.publish("x" * 1000 * (number % 7))

    for pid in [fork(talk) for _ in range(4)]:
        os.waitpid(pid, 0)
