"""Signals the server.

Must be refused, and the server must get none.
"""

import os
import signal

from attempt import attempts

ATTACK = {"oracles": ["server"], "off": "none", "alone": True}


def main(backend, user_messenger, server):
    return attempts(
        kill=lambda: f"sent {os.kill(server['pid'], signal.SIGURG)}",
        user=lambda: f"sent {os.kill(server['pid'], signal.SIGUSR1)}",
    )
