"""Makes device files for the disk and for memory in its own folder.

Must be refused.
"""

import os
import stat

from attempt import attempts

ATTACK = {
    "off": {"root": "none", "ordinary": "the kernel asks for a capability"},
}


def main(backend, user_messenger):
    def made(kind, number):
        os.mknod("device", kind | 0o600, number)
        os.unlink("device")
        return "a device of its own"

    disk, memory = os.makedev(254, 0), os.makedev(1, 1)
    return attempts(
        disk=lambda: made(stat.S_IFBLK, disk),
        memory=lambda: made(stat.S_IFCHR, memory),
    )
