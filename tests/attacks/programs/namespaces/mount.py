"""Mounts: memory, a folder over another, an old root, with the old and the new calls.

Must be refused, and nothing may stay mounted.
"""

import os

import attempt

ATTACK = {
    "off": {"root": "none", "ordinary": "the kernel asks for a capability"},
}

BIND, REMOUNT, RDONLY, DETACH = 0x1000, 0x20, 0x1, 2


def main(backend, user_messenger):
    os.mkdir("here")

    def unmounted(result):
        attempt.call("umount2", b"here", DETACH)
        return f"mounted {result}"

    def memory():
        return unmounted(attempt.call("mount", b"none", b"here", b"tmpfs", 0, 0))

    def bind():
        return unmounted(attempt.call("mount", b"/", b"here", 0, BIND, 0))

    def processes():
        return unmounted(attempt.call("mount", b"none", b"here", b"proc", 0, 0))

    def disk():
        number = attempt.call("fsopen", b"tmpfs", 0)
        attempt.call("fsconfig", number, 6, 0, 0, 0)
        os.close(attempt.call("fsmount", number, 0, 0))
        return "a file system that is not attached"

    def tree():
        os.close(attempt.call("open_tree", -100, b"/", 1))
        return "a copy of the root"

    return attempt.attempts(
        memory=memory,
        bind=bind,
        processes=processes,
        new_calls=disk,
        tree=tree,
    )
