"""Inputs with many payloads, each below the limit of one.

Must be refused as bad inputs.
"""

ATTACK = {
    "off": "needs no defence: inputs are decoded in the job, and others are looked after",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["bad_inputs"],
    "payload": "many_bombs",
}


def main(backend, user_messenger, value=None, **others):
    return repr(type(value))
