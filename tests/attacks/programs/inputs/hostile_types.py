"""Inputs whose tags name classes and functions to call.

Must be inert: nothing that a text names is imported or called.
"""

ATTACK = {
    "off": "needs no defence: inputs are decoded in the job, and others are looked after",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["Completed", "bad_inputs"],
    "payload": "hostile_types",
    "oracles": ["data"],
}


def main(backend, user_messenger, value=None, **others):
    return repr(type(value))
