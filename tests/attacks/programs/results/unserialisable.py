"""Returns what has no JSON form, with a hostile repr.

Must be refused, with a message.
"""

ATTACK = {
    "off": "needs no defence: the rules for events hold at every level, and are checked",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["bad_result"],
}


class Strange:
    def __repr__(self):
        raise SystemExit("no words")


def main(backend, user_messenger):
    return {"a": [1, Strange()]}
