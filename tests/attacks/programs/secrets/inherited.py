"""Looks for secrets in what it was given: descriptors, environment, own memory.

Must find none.
"""

import os
import re
import stat
from pathlib import Path

from attempt import attempts, nothing

ATTACK = {"off": "bare", "limits": {"wall_time_s": 12.0}}

# In two parts, so that looking for it does not find these words.
PATTERN = re.compile(b"TOKEN" + b"-[0-9a-f]{24}")


def main(backend, user_messenger):
    return attempts(
        environment=environment,
        first_environment=lambda: found(Path("/proc/self/environ").read_bytes()),
        descriptors=descriptors,
        memory=memory,
    )


def environment():
    return found(repr(dict(os.environ)).encode())


def descriptors():
    for number in range(3, 1024):
        try:
            if stat.S_ISREG(os.fstat(number).st_mode):
                content = os.pread(number, 1000, 0)
                if PATTERN.search(content):
                    return content.decode()
        except OSError:
            continue
    return nothing("no descriptor leads to a secret")


def memory():
    with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", 0) as file:
        for line in maps:
            place, mode, *_rest = line.split()
            start, end = (int(word, 16) for word in place.split("-"))
            if not mode.startswith("rw") or end - start > 1 << 24:
                continue
            try:
                file.seek(start)
                content = file.read(end - start)
            except (OSError, ValueError, OverflowError):
                continue
            if match := PATTERN.search(content):
                return match[0].decode()
    return nothing("no secret in memory")


def found(content):
    if match := PATTERN.search(content):
        return match[0].decode()
    return nothing("no secret")
