"""Answers the request to end by catching it and starting over.

Must be Cancelled with nothing left.
"""

import time

ATTACK = {
    "off": "needs no defence: what it does is harmless unless a cancel relies on it",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["Cancelled"],
    "cancel_after_s": 0.2,
}


def main(backend, user_messenger):
    end = time.monotonic() + 15
    while time.monotonic() < end:
        try:
            time.sleep(15)
        except BaseException:
            user_messenger.publish("not yet")
