"""A number of a million digits, which takes minutes to read.

Must be refused as bad inputs, or end at a limit.
"""

ATTACK = {
    "off": "needs no defence: inputs are decoded in the job, and others are looked after",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["bad_inputs", "wall_time", "cpu_time"],
    "payload": "large_number",
}


def main(backend, user_messenger, value=None, **others):
    return repr(type(value))
