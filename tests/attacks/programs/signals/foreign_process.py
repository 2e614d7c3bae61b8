"""Signals a process of somebody else, by every call that can.

Must be refused, and the process must get none.
"""

import os
import signal

import attempt

ATTACK = {"oracles": ["victim"], "off": "none"}


def main(backend, user_messenger, victim):
    pid, number = victim["pid"], signal.SIGUSR1

    def by_pidfd():
        pidfd = attempt.call("pidfd_open", pid, 0)
        return attempt.call("pidfd_send_signal", pidfd, number, 0, 0)

    return attempt.attempts(
        kill=lambda: f"sent {os.kill(pid, number)}",
        probe=lambda: f"there {os.kill(pid, 0)}",
        thread=lambda: attempt.call("tgkill", pid, pid, number),
        group=lambda: f"sent {os.killpg(os.getpgid(pid), number)}",
        pidfd=by_pidfd,
    )
