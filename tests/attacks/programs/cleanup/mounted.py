"""Mounts the data directory inside of its folder, where it would be removed.

Must be refused, and what is in it must stay.
"""

import os

import attempt

ATTACK = {
    "oracles": ["data"],
    "off": "a clean-up would meet a real mount; namespaces/mount shows that it is open",
}

BIND = 0x1000


def main(backend, user_messenger, data):
    os.mkdir("here")
    return attempt.attempt(
        lambda: attempt.call("mount", data["path"].encode(), b"here", 0, BIND, 0)
    )
