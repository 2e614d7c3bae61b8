"""Leaves a daemon that turns folders into links and back while they are removed.

The daemon must be gone before anything is removed, and links never followed.
"""

import os
import time

from attempt import fork

ATTACK = {
    "oracles": ["data"],
    "off": "needs a clean-up that can be raced; that it can not is what this holds",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["Completed"],
}


def main(backend, user_messenger, data):
    def first():
        os.setsid()
        fork(race)

    def race():
        end = time.monotonic() + 20
        os.mkdir("folder")
        os.symlink(data["path"], "link")
        while time.monotonic() < end:
            try:
                os.rename("folder", "other")
                os.rename("link", "folder")
                os.rename("folder", "link")
                os.rename("other", "folder")
            except OSError:
                continue
            time.sleep(0.0002)

    os.waitpid(fork(first), 0)
    time.sleep(0.1)
