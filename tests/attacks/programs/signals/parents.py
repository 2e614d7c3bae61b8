"""Stops and kills all its parents, as far up as it can see them.

The machinery must live, and the job beside it must go on.
"""

import os
import signal

from attempt import attempt

ATTACK = {
    "oracles": ["machinery", "neighbour"],
    "off": "none",
    "alone": True,
    "blocked_by": ["refused", "crashed", "Completed"],
    "limits": {"wall_time_s": 2.0},
}


def main(backend, user_messenger, machinery, neighbour):
    def parent_of(pid):
        with open(f"/proc/{pid}/status") as file:
            lines = dict(line.split(":", 1) for line in file)
        return int(lines["PPid"])

    def upwards():
        chain = [os.getppid()]
        try:
            while chain[-1] not in {0, 1, machinery["zygote"]}:
                chain.append(parent_of(chain[-1]))
        except OSError:
            pass
        for pid in reversed(chain):
            os.kill(pid, signal.SIGKILL)
        # Who is process 1 of its namespace is not killed from inside of it.

    return attempt(upwards) if "refused" in attempt(upwards) else None
