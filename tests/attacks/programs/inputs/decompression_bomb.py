"""Inputs of some hundred kilobytes that expand to 300 MB when decoded.

Must be refused as bad inputs, in the job: the server must not have opened them.
"""

ATTACK = {
    "off": "needs no defence: inputs are decoded in the job, and others are looked after",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["bad_inputs"],
    "payload": "decompression_bomb",
}


def main(backend, user_messenger, value=None, **others):
    return repr(type(value))
