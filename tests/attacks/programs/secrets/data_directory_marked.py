"""Changes what is said about the server's files: mode, owner, times, attributes.

Must have no effect, whatever the calls answer.
"""

import os
from pathlib import Path

from attempt import attempts

ATTACK = {
    "oracles": ["data"],
    "off": "none",
    "alone": True,
    "blocked_by": ["refused", "Completed"],
}


def main(backend, user_messenger, data):
    root = Path(data["path"])
    public, private = root / "public.txt", root / "private.txt"
    result = attempts(
        mode=lambda: public.chmod(0o000),
        folder=lambda: root.chmod(0o700),
        owner=lambda: os.chown(public, os.getuid(), os.getgid()),
        time=lambda: os.utime(private, (1, 1)),
        attribute=lambda: os.setxattr(public, "user.attack", b"here"),
    )
    # An answer says nothing here; the oracle knows.
    return result if "refused" in result else None
