"""Becomes root by call, gives itself capabilities, changes to other users and groups.

Must be refused.
"""

import errno
import os

from attempt import attempts

ATTACK = {
    "off": {"root": "none", "ordinary": "the kernel lets nobody become root by call"},
}


def main(backend, user_messenger):
    def capabilities():
        with open("/proc/self/status") as file:
            lines = dict(line.split(":", 1) for line in file)
        effective, bounding = lines["CapEff"].strip(), lines["CapBnd"].strip()
        if int(effective, 16) == 0:
            raise PermissionError(1, f"no capability (bounding {bounding})")
        return f"capabilities {effective}"

    def become(action):
        try:
            return f"done {action()}"
        except OSError as error:
            if error.errno == errno.EINVAL:  # there is no root in this namespace
                raise PermissionError(errno.EPERM, str(error)) from error
            raise

    return attempts(
        root=lambda: become(lambda: os.setresuid(0, 0, 0)),
        group=lambda: become(lambda: os.setresgid(0, 0, 0)),
        groups=lambda: f"groups {os.setgroups([0, 4])}",
        capabilities=capabilities,
    )
