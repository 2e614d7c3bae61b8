"""Raises an exception whose text, repr and traceback are traps.

Must be told as an error of the program.
"""

ATTACK = {
    "off": "needs no defence: the harm would be to others, and every run looks for it",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["program_error", "crashed"],
}


class Trap(BaseException):
    def __str__(self):
        raise Trap

    __repr__ = __str__

    @property
    def __cause__(self):
        raise Trap

    @property
    def __traceback__(self):
        raise Trap


def main(backend, user_messenger):
    raise Trap
