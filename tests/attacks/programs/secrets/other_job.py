"""Reads the folder, the memory and the descriptors of a job that runs beside it.

Must be refused.
"""

import os
from pathlib import Path

from attempt import attempts, nothing

ATTACK = {"oracles": ["neighbour"], "off": "none"}


def main(backend, user_messenger, neighbour):
    pid = neighbour["pid"]

    def memory():
        with open(f"/proc/{pid}/mem", "rb", buffering=0) as file:
            file.seek(neighbour["token_at"])
            return file.read(neighbour["token_bytes"]).decode()

    def beside():
        here = Path.cwd()
        roots = [here.parent, here.parent.parent, here.parent.parent.parent]
        files = [f for root in roots for f in root.glob("job-*/work/secret.txt")]
        if not files:
            nothing("no other job's folder")
        return [file.read_text() for file in files]

    return attempts(
        folder=lambda: Path(f"/proc/{pid}/cwd/secret.txt").read_text(),
        memory=memory,
        descriptors=lambda: os.listdir(f"/proc/{pid}/fd"),
        beside=beside,
        environment=lambda: Path(f"/proc/{pid}/environ").read_text(),
    )
