"""Leaves children unreaped: a zombie costs a process id for as long as it is there.

Must end at the job's limit, and the zombies must be reaped with the job.
"""

from attempt import attempt, fork, wait_for_the_end

ATTACK = {
    "off": "bare",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["refused", "processes"],
    "limits": {"processes": 12, "wall_time_s": 10.0},
}


def main(backend, user_messenger):
    def bomb():
        for _ in range(40):
            fork(lambda: None)
        wait_for_the_end()
        return "40 zombies"

    return attempt(bomb)
