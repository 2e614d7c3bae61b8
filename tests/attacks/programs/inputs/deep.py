"""Inputs nested a hundred thousand deep.

Must be refused as bad inputs.
"""

ATTACK = {
    "off": "needs no defence: inputs are decoded in the job, and others are looked after",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["bad_inputs"],
    "payload": "deep",
}


def main(backend, user_messenger, value=None, **others):
    return repr(type(value))
