"""Touches the machine itself: restart, modules, swap, accounting, ports.

Must be refused by the question who asks, before it is asked for what.
"""

import errno

import attempt

ATTACK = {
    "off": {
        "root": "none",
        "ordinary": "the kernel asks for capabilities",
    },
}


def main(backend, user_messenger):
    def allowed(name, *words):
        """With arguments that are wrong the kernel says so only to who may ask."""
        try:
            return f"{name}: {attempt.call(name, *words)}"
        except OSError as error:
            if error.errno in {errno.EINVAL, errno.EFAULT, errno.ENOENT, errno.EBADF}:
                return f"{name} may be asked: {error}"
            raise

    return attempt.attempts(
        restart=lambda: allowed("reboot", 1, 2, 3, 0),
        module=lambda: allowed("init_module", 0, 0, 0),
        module_file=lambda: allowed("finit_module", -1, 0, 0),
        removal=lambda: allowed("delete_module", 0, 0),
        swap=lambda: allowed("swapoff", b"/no/such/swap"),
        accounting=lambda: allowed("acct", b"/no/such/file"),
        new_kernel=lambda: allowed("kexec_load", 0, 99, 0, 0),
        watching=lambda: allowed("fanotify_init", 0xFFFFFFFF, 0),
    )
