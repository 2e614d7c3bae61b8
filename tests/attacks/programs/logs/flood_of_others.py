"""Has other programs print without end.

Must end at the limit of the log.
"""

import subprocess

ATTACK = {
    "off": "needs no defence: the harm would be the server's memory, which is measured",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["output"],
    "limits": {"log_bytes": 1_000_000},
}


def main(backend, user_messenger):
    for process in [subprocess.Popen(["yes"]) for _ in range(3)]:
        process.wait()
