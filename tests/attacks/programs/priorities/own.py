"""Takes more than its share: a better priority, real time, the disk first.

Must be refused.
"""

import os

import attempt

ATTACK = {
    "off": {"root": "none", "ordinary": "the kernel gives these to root only"},
}


def main(backend, user_messenger):
    def nice():
        os.setpriority(os.PRIO_PROCESS, 0, -15)
        return f"priority {os.getpriority(os.PRIO_PROCESS, 0)}"

    def real_time():
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
        return "real time"

    def disk_first():
        return attempt.call("ioprio_set", 1, 0, 1 << 13)

    def spared():
        with open("/proc/self/oom_score_adj", "w") as file:
            file.write("-900")
        return "others are ended before it when memory is short"

    return attempt.attempts(
        nice=nice, real_time=real_time, disk_first=disk_first, spared=spared
    )
