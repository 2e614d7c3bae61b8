"""Inputs that are no JSON.

Must be refused as bad inputs.
"""

ATTACK = {
    "off": "needs no defence: inputs are decoded in the job, and others are looked after",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["bad_inputs"],
    "payload": "not_json",
}


def main(backend, user_messenger, value=None, **others):
    return repr(type(value))
