"""Becomes another program, which knows nothing of jobs and never ends.

Must be ended soon: the channel is closed.
"""

import os

import attempt  # noqa: F401 - marks the process

ATTACK = {
    "off": "bare",
    "lives_on": True,
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["crashed"],
}


def main(backend, user_messenger):
    os.execv("/bin/sleep", ["sleep", "30"])
