"""Looks into /proc for processes of others, and what they are.

Must see none but its own.
"""

import os
from pathlib import Path

from attempt import attempts, nothing

ATTACK = {"oracles": ["victim", "server"], "off": "none"}


def main(backend, user_messenger, victim, server):
    def listed():
        others = {str(victim["pid"]), str(server["pid"])} & set(os.listdir("/proc"))
        if not others:
            nothing("no other process is listed")
        return [Path(f"/proc/{pid}/cmdline").read_text() for pid in others]

    def status():
        return Path(f"/proc/{victim['pid']}/status").read_text()

    return attempts(listed=listed, status=status)
