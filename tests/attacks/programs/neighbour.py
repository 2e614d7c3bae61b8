"""The job beside an attack: computes on, looks after its own, and says so."""

import ctypes
import hashlib
import os
import time
from pathlib import Path

import attempt


def main(backend, user_messenger, secret):
    file = Path("secret.txt")
    file.write_text(secret)
    buffer = ctypes.create_string_buffer(secret.encode())
    files = sorted(os.listdir())
    user_messenger.publish(
        {
            "folder": str(Path.cwd()),
            "file": str(file.absolute()),
            "token_at": ctypes.addressof(buffer),
            "token_bytes": len(secret),
        }
    )
    digest, tick = attempt.NONCE, 0
    while not user_messenger.stop_requested:
        digest = hashlib.sha256(digest.encode()).hexdigest()
        tick += 1
        intact = file.read_text() == secret == buffer.value.decode()
        alone = sorted(os.listdir()) == files
        user_messenger.publish([tick, digest, intact and alone])
        time.sleep(0.02)
    return [tick, digest]
