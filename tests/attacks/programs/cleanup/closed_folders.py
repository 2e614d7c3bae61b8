"""Closes folders to itself, its own folder included.

They must be removed.
"""

import os

ATTACK = {
    "off": "needs a clean-up that breaks; that it does not is what this holds",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["Completed", "refused"],
}


def main(backend, user_messenger):
    os.makedirs("a/b/c")
    open("a/b/c/file", "w").close()
    for folder in ("a/b/c", "a/b", "a"):
        os.chmod(folder, 0o000)
    try:
        os.chmod(".", 0o000)
        os.chmod("..", 0o000)
    except OSError:
        return
