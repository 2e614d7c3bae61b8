"""Opens descriptors until there are no more.

Must be refused at the job's limit.
"""

import os

from attempt import attempt

ATTACK = {
    "off": "none",
    "levels": ["none", "reduced", "strong"],
    "limits": {"open_files": 200},
}


def main(backend, user_messenger):
    def bomb():
        for _ in range(1500):
            os.dup(1)
        return "1500 descriptors"

    return attempt(bomb)
