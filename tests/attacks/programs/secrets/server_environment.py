"""Reads the environment and the command line of the server in /proc.

Must be refused.
"""

from pathlib import Path

from attempt import attempts

ATTACK = {"oracles": ["server"], "off": "none"}


def main(backend, user_messenger, server):
    folder = Path("/proc") / str(server["pid"])
    return attempts(
        environment=lambda: (folder / "environ").read_text(),
        command=lambda: (folder / "cmdline").read_text(),
        thread=lambda: (folder / f"task/{server['pid']}/environ").read_text(),
    )
