"""Handles page faults itself, which turns races in the kernel into certainties.

Must be refused.
"""

import attempt

ATTACK = {"off": "none", "may_lack": "this kernel keeps it from ordinary users"}

USER_MODE_ONLY = 1


def main(backend, user_messenger):
    return attempt.attempts(
        all=lambda: attempt.call("userfaultfd", 0),
        user=lambda: attempt.call("userfaultfd", USER_MODE_ONLY),
    )
