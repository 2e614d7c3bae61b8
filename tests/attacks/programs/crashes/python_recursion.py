"""Recurses in Python without end.

Must be told as an error of the program.
"""

ATTACK = {
    "off": "needs no defence: the harm would be to others, and every run looks for it",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["program_error"],
}


def main(backend, user_messenger):
    return main(backend, user_messenger)
