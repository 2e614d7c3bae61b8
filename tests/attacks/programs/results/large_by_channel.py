"""Sends a result over the limit, past everything that measures.

Must be refused by the server.
"""

from channel import find, frame

ATTACK = {
    "off": "needs no defence: the rules for events hold at every level, and are checked",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["result_too_large"],
    "limits": {"result_bytes": 100_000},
}

RESULT = 4


def main(backend, user_messenger):
    find().sendall(frame(RESULT, b"\x22" + b"x" * 1_000_000 + b"\x22"))
