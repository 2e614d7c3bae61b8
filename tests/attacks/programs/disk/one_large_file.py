"""Writes one file over the limit of a file, in one go and by a hole in it.

Must be refused by the kernel.
"""

import os

from attempt import attempts

ATTACK = {
    "off": "none",
    "levels": ["none", "reduced", "strong"],
    "limits": {"file_bytes": 1_048_576},
}


def main(backend, user_messenger):
    number = os.open("file", os.O_RDWR | os.O_CREAT)

    def write():
        for _ in range(4):
            assert os.write(number, bytes(1 << 20))
        return "4 MiB"

    return attempts(
        write=write,
        hole=lambda: os.pwrite(number, b"x", 1 << 30),
        longer=lambda: f"longer {os.ftruncate(number, 1 << 30)}",
        reserved=lambda: f"reserved {os.posix_fallocate(number, 0, 4 << 20)}",
    )
