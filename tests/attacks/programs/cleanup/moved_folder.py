"""Moves its own folder away and puts a link to the data directory in its place.

Nothing of it may be left, and what the link names must stay.
"""

import os

from attempt import attempt

ATTACK = {
    "oracles": ["data"],
    "off": "none",
    "blocked_by": ["refused", "Completed"],
    "alone": True,
}


def main(backend, user_messenger, data):
    folder = os.path.dirname(os.getcwd())
    if folder == "/":
        return None

    def move():
        os.rename(folder, f"{folder}.moved")
        os.symlink(data["path"], folder)

    result = attempt(move)
    return result if "refused" in result else None
