"""Opens the file of a job that runs beside it, by the path that it has there.

Must be refused: the same path is the job's own folder, or closed.
"""

import os
from pathlib import Path

from attempt import attempts, nothing

ATTACK = {"oracles": ["neighbour"], "off": "none", "alone": True}


def main(backend, user_messenger, neighbour):
    path = Path(neighbour["file"])

    def write():
        path.with_name("from-outside").write_text("the attack was here")
        if path.parent.samefile("."):
            nothing("the path is the attack's own folder")
        return "written"

    return attempts(read=path.read_text, write=write, listing=lambda: listing(path))


def listing(path):
    names = os.listdir(path.parent)
    if path.parent.samefile("."):
        nothing("the path is the attack's own folder")
    return names
