"""Waits inside of vfork, where a process takes no signal but SIGKILL.

Must be ended by its wall time, with the child that it waits for.
"""

import os

import attempt  # noqa: F401 - marks the process

ATTACK = {
    "off": "bare",
    "lives_on": True,
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["wall_time"],
    "limits": {"wall_time_s": 0.7},
}


def main(backend, user_messenger):
    # The shell never execs what vfork waits for: it opens a pipe nobody reads first.
    os.mkfifo("pipe")
    actions = [(os.POSIX_SPAWN_OPEN, 0, "pipe", os.O_RDONLY, 0)]
    os.posix_spawn("/bin/sleep", ["sleep", "30"], os.environ, file_actions=actions)
