"""Enters the namespaces of the server, where everything is.

Must be refused.
"""

import os

import attempt

ATTACK = {
    "oracles": ["server"],
    "off": {"root": "none", "ordinary": "the kernel asks for a capability"},
}

NEW_NET, NEW_NS = 0x40000000, 0x00020000


def main(backend, user_messenger, server):
    def by_file(pid, kind):
        number = os.open(f"/proc/{pid}/ns/{kind}", os.O_RDONLY)
        return f"entered {attempt.call('setns', number, 0)}"

    def by_process():
        pidfd = attempt.call("pidfd_open", server["pid"], 0)
        return f"entered {attempt.call('setns', pidfd, NEW_NET)}"

    return attempt.attempts(
        network=lambda: by_file(server["pid"], "net"),
        names=lambda: by_file(server["pid"], "uts"),
        first=lambda: by_file(1, "net"),
        own=lambda: by_file("self", "net"),
        process=by_process,
    )
