"""Looks into its own keeper, and writes to it.

Must be refused: it has seen the machine without walls.
"""

import os
from pathlib import Path

from attempt import attempts, nothing

ATTACK = {"off": "none"}


def main(backend, user_messenger):
    folder = Path(f"/proc/{os.getppid()}")

    def written():
        place = int((folder / "maps").read_text().split("-")[0], 16)
        with (folder / "mem").open("r+b", buffering=0) as memory:
            memory.seek(place)
            return f"may write to {memory.name} at {place:x}"

    def outside():
        names = set(os.listdir(folder / "root")) - set(os.listdir("/"))
        return names or nothing("its root is the job's")

    return attempts(
        environment=lambda: (folder / "environ").read_text()[:100],
        descriptors=lambda: os.listdir(folder / "fd"),
        maps=lambda: (folder / "maps").read_text()[:100],
        memory=written,
        root=outside,
    )
