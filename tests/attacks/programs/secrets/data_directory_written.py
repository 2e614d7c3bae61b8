"""Changes the server's data directory: adds, empties, renames, removes, links.

Must be refused, and nothing may be changed.
"""

import os
from pathlib import Path

from attempt import attempts

ATTACK = {"oracles": ["data"], "off": "none", "alone": True}


def main(backend, user_messenger, data):
    root = Path(data["path"])
    public = root / "public.txt"
    return attempts(
        emptied=lambda: f"emptied {os.truncate(public, 0)}",
        opened=lambda: f"opened {os.open(public, os.O_WRONLY | os.O_APPEND)}",
        renamed=lambda: f"renamed {(root / 'blobs').rename(root / 'gone')}",
        removed=lambda: f"removed {os.unlink(root / 'private.txt')}",
        linked=lambda: f"linked {os.symlink('/etc', root / 'etc')}",
        added=lambda: f"added {(root / 'new').write_text('new')}",
        pipe=lambda: f"pipe {os.mkfifo(root / 'pipe')}",
    )
