"""Returns lists inside of lists, a hundred thousand deep.

Must be refused.
"""

ATTACK = {
    "off": "needs no defence: the rules for events hold at every level, and are checked",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["bad_result"],
}


def main(backend, user_messenger):
    nested = []
    for _ in range(100_000):
        nested = [nested]
    return nested
