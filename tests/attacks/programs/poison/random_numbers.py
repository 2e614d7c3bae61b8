"""Foretells the random numbers of the next job from its own.

The next job must draw others.
"""

import random

from attempt import attempt, nothing

ATTACK = {
    "off": "bare",
    "levels": ["none", "reduced", "strong"],
    "turns": 2,
    "blocked_by": ["refused"],
}

SEED = 7


def main(backend, user_messenger, turn):
    if turn == 1:
        random.seed(SEED)
        return None

    def draw():
        mine = random.random()
        random.seed(SEED)
        return "foretold" if mine == random.random() else nothing("other numbers")

    return attempt(draw)
