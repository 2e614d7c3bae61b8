"""Opens a file through the server's descriptor of it; the file has no name any more.

Must be refused.
"""

import os
from pathlib import Path

from attempt import attempts

ATTACK = {"oracles": ["server"], "off": "none"}


def main(backend, user_messenger, server):
    folder = Path("/proc") / str(server["pid"]) / "fd"
    return attempts(
        content=lambda: (folder / str(server["descriptor"])).read_text(),
        listing=lambda: os.listdir(folder),
    )
