"""Changes small numbers and shared objects in memory; the next job counts with them.

The next job must count as before: what processes share is copied when written to.
"""

import ctypes

from attempt import attempt, nothing

ATTACK = {
    "off": "bare",
    "levels": ["none", "reduced", "strong"],
    "turns": 2,
}

NUMBER = 251


def main(backend, user_messenger, turn):
    value = int("250") + 1
    if turn == 1:
        digit = id(value) + object.__basicsize__ + 8
        ctypes.c_uint32.from_address(digit).value = 7
        return None

    def count():
        if str(value) != "251":
            return f"251 is {value} now"
        return nothing("numbers are what they were")

    return attempt(count)
