"""Fills its folder with links to what is not its own, and into each other.

They must be removed, never followed.
"""

import os

ATTACK = {
    "oracles": ["data"],
    "off": "needs a clean-up that follows links; that it does not is what this holds",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["Completed"],
}


def main(backend, user_messenger, data):
    os.symlink(data["path"], "data")
    os.symlink("/", "root")
    os.symlink(".", "self")
    os.symlink("there", "back")
    os.symlink("back", "there")
    os.mkdir("folder")
    os.symlink(data["path"], "folder/data")
    os.symlink("../..", "folder/up")
    os.chmod("folder", 0o500)
    os.mkfifo("pipe")
