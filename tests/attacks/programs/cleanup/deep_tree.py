"""Makes folders inside of folders, hundreds deep, by names at the limit: no path is
long enough for the last one.

They must be removed; no depth may exhaust who removes them.
"""

import os

ATTACK = {
    "off": "needs a clean-up that breaks; that it does not is what this holds",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["Completed", "files"],
}


def main(backend, user_messenger):
    for _ in range(300):
        os.mkdir("d" * 250)
        os.chdir("d" * 250)
    for name in (b"\xff\xfe", b"new\nline", b"-rf", b"\\", b"..."):
        os.close(os.open(name, os.O_CREAT | os.O_WRONLY))
