"""Leaves a System V segment: memory of nobody, until somebody removes it.

Must be refused, or gone with the job: the next job must not find it.
"""

import attempt

ATTACK = {
    "off": "bare",
    "blocked_by": ["refused"],
    "turns": 2,
}

KEY, SIZE, CREATE, REMOVE = 0x00A77AC4, 1 << 20, 0o1666, 0


def main(backend, user_messenger, turn):
    if turn == 1:
        return attempt.attempt(lambda: attempt.call("shmget", KEY, SIZE, CREATE))

    def find():
        number = attempt.call("shmget", KEY, SIZE, 0o666)
        attempt.call("shmctl", number, REMOVE, 0)
        return f"segment {number} of the job before"

    return attempt.attempt(find)
