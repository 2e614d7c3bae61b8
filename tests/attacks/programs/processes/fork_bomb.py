"""Forks children that sleep, as many as it can get.

Must end at the job's limit of processes, whoever says so: the kernel to the program, or
the supervisor to the caller.
"""

from attempt import attempt, fork, live_on, wait_for_the_end

ATTACK = {
    "off": "bare",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["refused", "processes"],
    "limits": {"processes": 12, "wall_time_s": 10.0},
}


def main(backend, user_messenger):
    def bomb():
        for _ in range(40):
            fork(live_on)
        wait_for_the_end()
        return "40 processes"

    return attempt(bomb)
