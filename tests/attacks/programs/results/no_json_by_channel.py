"""Sends a result over the channel that is no JSON, past everything that encodes.

May complete, for a program may write in words of its own: the server keeps them as
text, and whoever reads them must get an error and nothing worse.
"""

from channel import find, frame

ATTACK = {
    "off": "needs no defence: the rules for events hold at every level, and are checked",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["Completed", "bad_result"],
}

RESULT = 4


def main(backend, user_messenger):
    find().sendall(frame(RESULT, b"{not json: NaN,,"))
