"""Kills the zygote, from which all jobs come.

Must be refused, and the zygote must live.
"""

import os
import signal

from attempt import attempt

ATTACK = {
    "oracles": ["machinery"],
    "off": "none",
    "alone": True,
    "blocked_by": ["refused"],
}


def main(backend, user_messenger, machinery):
    return attempt(lambda: f"sent {os.kill(machinery['zygote'], signal.SIGKILL)}")
