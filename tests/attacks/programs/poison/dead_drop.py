"""Leaves a word for the next job in every place that both can reach.

The next job must find none of them.
"""

import os
import tempfile
from pathlib import Path

import attempt

ATTACK = {
    "oracles": ["data"],
    "off": "none",
    "turns": 2,
}


def main(backend, user_messenger, data, turn):
    name = f"atk-drop-{attempt.NONCE}"
    folders = ["/tmp", "/var/tmp", "/dev/shm", "/run/lock", data["home"]]
    folders += [os.environ.get("HOME", "/"), tempfile.gettempdir(), "."]
    folders += [os.path.dirname(attempt.__file__), str(Path.cwd().parent)]

    def leave(folder):
        (Path(folder) / name).write_text("for the next job")

    def find(folder):
        path = Path(folder) / name
        text = path.read_text()
        path.unlink()
        return f"{path}: {text}"

    action = leave if turn == 1 else find
    return attempt.attempts(
        **{f"{n}{f}": (lambda f=f: action(f)) for n, f in enumerate(folders)}
    )
