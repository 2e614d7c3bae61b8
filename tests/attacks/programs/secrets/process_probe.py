"""Asks the kernel whether a process of somebody else is there, by its number.

Must see none but its own. At ``reduced`` all share one set of numbers, so there it can
be asked, and says nothing more.
"""

import os

from attempt import attempts

ATTACK = {"oracles": ["victim"], "off": "none", "levels": ["strong"]}


def main(backend, user_messenger, victim):
    pid = victim["pid"]
    return attempts(
        session=lambda: f"there is {os.getsid(pid)}",
        priority=lambda: f"it has {os.getpriority(os.PRIO_PROCESS, pid)}",
        scheduler=lambda: f"it has {os.sched_getscheduler(pid)}",
    )
