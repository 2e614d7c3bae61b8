"""Takes a descriptor out of another process.

Must be refused.
"""

import os

import attempt

ATTACK = {"oracles": ["server"], "off": "none"}


def main(backend, user_messenger, server):
    def steal():
        pidfd = attempt.call("pidfd_open", server["pid"], 0)
        number = attempt.call("pidfd_getfd", pidfd, server["descriptor"], 0)
        return os.pread(number, 100, 0).decode()

    return attempt.attempt(steal)
