"""Sends a result that is nested a million deep, past everything that encodes.

May complete, for the server keeps it as text: whoever reads it must get an error and
nothing worse.
"""

from channel import find, frame

ATTACK = {
    "off": "needs no defence: the rules for events hold at every level, and are checked",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["Completed", "bad_result"],
}

RESULT = 4


def main(backend, user_messenger):
    find().sendall(frame(RESULT, b"[" * 1_000_000 + b"]" * 1_000_000))
