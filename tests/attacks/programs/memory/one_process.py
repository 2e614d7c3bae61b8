"""Fills memory in one process.

Must end at the job's limit of memory.
"""

from attempt import wait_for_the_end

ATTACK = {
    "off": "bare",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["memory"],
    "limits": {"memory_bytes": 200_000_000, "wall_time_s": 15.0},
}


def main(backend, user_messenger):
    kept = [b"x" * 10_000_000 for _ in range(30)]
    wait_for_the_end()
    return {"got": f"{sum(map(len, kept))} bytes"}
