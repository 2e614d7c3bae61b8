"""Slows down whatever its user runs, with one call for all of them.

Must be refused, or reach nobody but the job.
"""

import os

import attempt

ATTACK = {
    "oracles": ["victim"],
    "off": "would slow down every process of the user who runs the tests",
    "blocked_by": ["refused", "Completed"],
}


def main(backend, user_messenger, victim):
    result = attempt.attempts(
        nice=lambda: os.setpriority(os.PRIO_USER, os.getuid(), 5) or 0,
        disk=lambda: attempt.call("ioprio_set", 3, os.getuid(), 3 << 13),
    )
    # What was done to the job itself is its own affair; the oracle knows the rest.
    return result if "refused" in result else None
