"""Slows another process down: its priority, processors, limits, its place when memory
is short.

Must be refused, and the process must stay as it is.
"""

import os
import resource

import attempt

ATTACK = {"oracles": ["victim"], "off": "none"}


def main(backend, user_messenger, victim):
    pid = victim["pid"]

    def sacrificed():
        with open(f"/proc/{pid}/oom_score_adj", "w") as file:
            file.write("900")
        return "ended before others when memory is short"

    def limited():
        old = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (3, old[1]))
        return "can open no file any more"

    return attempt.attempts(
        nice=lambda: f"nice {os.setpriority(os.PRIO_PROCESS, pid, 15)}",
        idle=lambda: (
            f"idle {os.sched_setscheduler(pid, os.SCHED_IDLE, os.sched_param(0))}"
        ),
        processors=lambda: f"bound {os.sched_setaffinity(pid, {0})}",
        disk_last=lambda: attempt.call("ioprio_set", 1, pid, 3 << 13),
        limited=limited,
        sacrificed=sacrificed,
    )
