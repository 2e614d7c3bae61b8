"""A circuit whose bytes are no circuit, and one of an old format that ran code.

Must be refused as bad inputs.
"""

ATTACK = {
    "off": "needs no defence: inputs are decoded in the job, and others are looked after",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["bad_inputs"],
    "payload": "hostile_circuit",
}


def main(backend, user_messenger, value=None, **others):
    return repr(type(value))
