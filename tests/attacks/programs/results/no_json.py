"""Returns by an encoder of its own, which writes no JSON at all.

May complete: the server keeps it as text, and whoever reads it must get an error and
nothing worse.
"""

import json

ATTACK = {
    "off": "needs no defence: the rules for events hold at every level, and are checked",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["Completed", "bad_result"],
}


class Liar(json.JSONEncoder):
    def encode(self, value):
        return "{not json: NaN,,"


def main(backend, user_messenger):
    user_messenger.publish("x", encoder=Liar, final=True)
