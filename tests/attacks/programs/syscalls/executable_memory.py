"""Runs code that it made in memory, and a program that has no file.

Allowed to everybody (compilers do it): it must not win more rights by it.
"""

import os
import shutil
import subprocess

from attempt import attempt, nothing

ATTACK = {
    "oracles": ["data"],
    "off": "none",
    "blocked_by": ["refused"],
}


def main(backend, user_messenger, data):
    def run():
        number = os.memfd_create("program", 0)
        with open("/bin/cat", "rb") as source, os.fdopen(os.dup(number), "wb") as copy:
            shutil.copyfileobj(source, copy)
        done = subprocess.run(
            [f"/proc/self/fd/{number}", f"{data['path']}/public.txt"],
            pass_fds=[number],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            nothing(done.stderr)
        return done.stdout

    return attempt(run)
