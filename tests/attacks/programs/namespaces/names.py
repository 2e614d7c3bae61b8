"""Renames the machine.

Must be refused.
"""

import socket

from attempt import attempt

ATTACK = {
    "off": {"root": "none", "ordinary": "the kernel asks for a capability"},
}


def main(backend, user_messenger):
    return attempt(lambda: f"set {socket.sethostname(socket.gethostname())}")
