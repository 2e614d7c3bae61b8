"""Runs a program that is root whoever starts it.

Must have no effect: nothing that the job starts may have more rights than the job.
"""

import os
import subprocess
import time

from attempt import attempts, nothing

ATTACK = {
    "off": {"root": "root has nothing to win", "ordinary": "none"},
    "may_lack": "this machine has no such program, or mounts it without its mark",
}

PROGRAMS = ("/usr/bin/passwd", "/usr/bin/su", "/usr/bin/chsh", "/usr/bin/newgrp")


def main(backend, user_messenger):
    return attempts(
        **{
            os.path.basename(path): (lambda path=path: rights(path))
            for path in PROGRAMS
        }
    )


def rights(path):
    process = subprocess.Popen(
        [path],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    users = set()
    end = time.monotonic() + 0.2
    while time.monotonic() < end and process.poll() is None:
        try:
            with open(f"/proc/{process.pid}/status") as file:
                lines = dict(line.split(":", 1) for line in file)
        except OSError:
            break
        users |= set(lines["Uid"].split())
    process.stdin.close()
    process.wait()
    if users <= {str(os.getuid())}:
        nothing(f"{path} is no more than {users}")
    return f"{path} runs as {users}"
