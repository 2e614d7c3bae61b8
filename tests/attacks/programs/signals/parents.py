"""Stops and kills all its parents, as far up as it can see them.

The machinery must live, and the job beside it must go on.
"""

import os
import signal

from attempt import attempts

ATTACK = {
    "oracles": ["machinery", "neighbour"],
    "off": "none",
    "alone": True,
    "blocked_by": ["refused", "crashed", "Completed"],
    "limits": {"wall_time_s": 2.0},
}


def is_ours(pid):
    """Nobody above the zygote is touched: that is the server, and who started it."""
    with open(f"/proc/{pid}/cmdline") as file:
        return "program_runtime.execution.zygote" in file.read()


def parent_of(pid):
    with open(f"/proc/{pid}/status") as file:
        lines = dict(line.split(":", 1) for line in file)
    return int(lines["PPid"])


def main(backend, user_messenger, machinery, neighbour):
    def upwards():
        chain = [os.getppid()]
        while chain[-1] > 1 and is_ours(chain[-1]):
            chain.append(parent_of(chain[-1]))
        for pid in reversed(chain):
            if is_ours(pid):
                os.kill(pid, signal.SIGKILL)

    result = attempts(
        all=upwards,
        first=lambda: os.kill(os.getppid(), signal.SIGKILL),
    )
    # Process 1 of a namespace can be signalled from inside of it, and does not care.
    return result if "refused" in result else None
