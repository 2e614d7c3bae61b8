"""Leaves a key in the keyring of its user for the next job, which looks for it.

Must be refused, or gone.
"""

import attempt

ATTACK = {"off": "bare", "turns": 2, "may_lack": "this kernel has no keyrings"}

USER_KEYRING, SESSION = -4, -3
READ, SEARCH, JOIN, REVOKE = 11, 10, 1, 3


def main(backend, user_messenger, turn):
    def leave():
        return attempt.call("add_key", b"user", b"attack", b"left", 4, USER_KEYRING)

    def find():
        key = attempt.call("keyctl", SEARCH, USER_KEYRING, b"user", b"attack", 0)
        attempt.call("keyctl", REVOKE, key, 0, 0, 0)
        return f"key {key}"

    def session():
        return attempt.call("keyctl", JOIN, b"attack", 0, 0, 0)

    return attempt.attempts(key=leave if turn == 1 else find, session=session)
