"""Reads the server's data directory: database, blobs, key, files for all and for one.

Must be refused.
"""

import os
from pathlib import Path

from attempt import attempts

ATTACK = {"oracles": ["data"], "off": "none"}


def main(backend, user_messenger, data):
    root = Path(data["path"])
    return attempts(
        public=lambda: (root / "public.txt").read_text(),
        private=lambda: (root / "private.txt").read_text(),
        key=lambda: (root / "tls" / "ca-key.pem").read_text(),
        blob=lambda: (root / "blobs/ab/abcd").read_text(),
        database=lambda: (root / "service.db").read_bytes().decode("latin-1"),
        listing=lambda: os.listdir(root),
    )
