"""Writes to all memory that it shares with other processes; the next job looks.

There must be none, or it must reach nobody.
"""

from attempt import attempt, nothing

ATTACK = {
    "off": "needs shared memory between jobs, of which there is none",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["refused"],
}


def main(backend, user_messenger):
    def look():
        with open("/proc/self/maps") as file:
            shared = [line for line in file if line.split()[1].startswith("rw-s")]
        return shared or nothing("no mapping is shared")

    return attempt(look)
