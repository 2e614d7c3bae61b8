"""Inputs that are called like the arguments which the runtime gives.

Must be refused as bad inputs.
"""

ATTACK = {
    "off": "needs no defence: inputs are decoded in the job, and others are looked after",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["bad_inputs"],
    "payload": "stands_in_for_backend",
}


def main(backend, user_messenger, value=None, **others):
    return repr(type(value))
