"""Writes to folders that every user of a machine may write to.

Must be refused, or be of its own machine: nothing may be there for others.
"""

from pathlib import Path

import attempt

ATTACK = {
    "oracles": ["data"],
    "off": "none",
    "blocked_by": ["refused"],
}


def main(backend, user_messenger, data):
    def write(folder):
        path = Path(folder) / f"atk-{attempt.NONCE}"
        path.write_text("the attack was here")
        path.unlink()
        return folder

    return attempt.attempts(
        data=lambda: write(data["path"]),
        home=lambda: write(data["home"]),
        var_tmp=lambda: write("/var/tmp"),
        run_lock=lambda: write("/run/lock"),
        root=lambda: write("/"),
        etc=lambda: write("/etc"),
    )
