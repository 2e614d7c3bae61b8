"""What attacks share; the driver puts it beside each of them.

An attack returns ``{"got": ...}`` when it reached what it wanted, and
``{"refused": ...}`` with the kernel's words when it was kept from it. Any other end says
nothing, and the driver counts it as inconclusive.
"""

import ctypes
import errno
import os
import platform
import time

NONCE = "@NONCE@"
"""Tells this run from all others: what the attack sends, starts and leaves bears it."""
PATIENCE_S = float("@PATIENCE_S@")
"""How long a limit that was passed may take to be noticed; short with the defence off."""

_PR_SET_NAME = 15
# With these the kernel says no. EINVAL or a timeout would be mistakes of the attack.
_REFUSALS = {
    getattr(errno, name)
    for name in (
        *("EPERM", "EACCES", "ENOENT", "ESRCH", "ENOSYS", "EROFS", "ENXIO", "ENODEV"),
        *("EAGAIN", "ENOMEM", "EMFILE", "ENFILE", "ENOSPC", "EDQUOT", "EFBIG"),
        *("EAFNOSUPPORT", "EPROTONOSUPPORT", "ESOCKTNOSUPPORT", "EOPNOTSUPP"),
        *("ENETUNREACH", "ENETDOWN", "EADDRNOTAVAIL", "ECONNREFUSED", "ENOTDIR"),
        *("EXDEV", "EINTR", "ENOTBLK"),
    )
}

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long

_X86_64 = {
    "chroot": 161,
    "pivot_root": 155,
    "unshare": 272,
    "setns": 308,
    "clone": 56,
    "kexec_load": 246,
    "init_module": 175,
    "finit_module": 313,
    "delete_module": 176,
    "reboot": 169,
    "swapoff": 168,
    "acct": 163,
    "syslog": 103,
    "add_key": 248,
    "keyctl": 250,
    "request_key": 249,
    "userfaultfd": 323,
    "perf_event_open": 298,
    "bpf": 321,
    "fanotify_init": 300,
    "open_by_handle_at": 304,
    "name_to_handle_at": 303,
    "process_vm_readv": 310,
    "process_vm_writev": 311,
    "kcmp": 312,
    "ptrace": 101,
    "ioprio_set": 251,
    "shmget": 29,
    "shmat": 30,
    "shmctl": 31,
    "msgget": 68,
    "msgctl": 71,
    "semget": 64,
    "semctl": 66,
    "mq_open": 240,
    "move_pages": 279,
    "tgkill": 234,
    "rt_sigqueueinfo": 129,
    "iopl": 172,
    "quotactl": 179,
    "timer_create": 222,
    "capset": 126,
    "mount": 165,
    "umount2": 166,
    "vhangup": 153,
    "sched_setattr": 314,
    "lookup_dcookie": 212,
    "personality": 135,
}
_AARCH64 = {
    "chroot": 51,
    "pivot_root": 41,
    "unshare": 97,
    "setns": 268,
    "clone": 220,
    "kexec_load": 104,
    "init_module": 105,
    "finit_module": 273,
    "delete_module": 106,
    "reboot": 142,
    "swapoff": 225,
    "acct": 89,
    "syslog": 116,
    "add_key": 217,
    "keyctl": 219,
    "request_key": 218,
    "userfaultfd": 282,
    "perf_event_open": 241,
    "bpf": 280,
    "fanotify_init": 262,
    "open_by_handle_at": 265,
    "name_to_handle_at": 264,
    "process_vm_readv": 270,
    "process_vm_writev": 271,
    "kcmp": 272,
    "ptrace": 117,
    "ioprio_set": 30,
    "shmget": 194,
    "shmat": 196,
    "shmctl": 195,
    "msgget": 186,
    "msgctl": 187,
    "semget": 190,
    "semctl": 191,
    "mq_open": 180,
    "move_pages": 239,
    "tgkill": 131,
    "rt_sigqueueinfo": 138,
    "quotactl": 60,
    "timer_create": 107,
    "capset": 91,
    "mount": 40,
    "umount2": 39,
    "vhangup": 58,
    "sched_setattr": 274,
    "lookup_dcookie": 18,
    "personality": 92,
}
_EVERYWHERE = {
    "pidfd_send_signal": 424,
    "io_uring_setup": 425,
    "open_tree": 428,
    "move_mount": 429,
    "fsopen": 430,
    "fsconfig": 431,
    "fsmount": 432,
    "clone3": 435,
    "pidfd_open": 434,
    "pidfd_getfd": 438,
    "process_madvise": 440,
    "mount_setattr": 442,
    "process_mrelease": 448,
    "set_mempolicy_home_node": 450,
}
_NUMBERS = _EVERYWHERE | (_X86_64 if platform.machine() == "x86_64" else _AARCH64)


def call(name, *words):
    """Make a system call past the C library, which may know better; raises OSError."""
    result = libc.syscall(
        ctypes.c_long(_NUMBERS[name]),
        *(ctypes.c_long(word) if isinstance(word, int) else word for word in words),
    )
    return checked(result, name)


def checked(result, name=""):
    """Raise what the C library's function failed with."""
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
    return result


def attempt(action):
    """Try one way."""
    return attempts(way=action)


def attempts(**ways):
    """Try all ways; one that leads to the goal is enough for the attack."""
    got, refused = {}, {}
    for name, way in ways.items():
        try:
            got[name] = way()
        except OSError as error:
            if error.errno not in _REFUSALS:
                raise
            refused[name] = f"{type(error).__name__}: {error}"
    return {"got": got} if got else {"refused": refused}


def nothing(what):
    """Say inside of a way that there is nothing at its end."""
    raise FileNotFoundError(errno.ENOENT, what)


def refused(reason):
    """Say that the attack noticed its end itself."""
    return {"refused": str(reason)}


def fork(action):
    """Run ``action`` in a child process; returns its pid."""
    pid = os.fork()
    if pid == 0:
        try:
            action()
        finally:
            os._exit(0)
    return pid


def wait_for_the_end():
    """Stay over the limit until somebody notices."""
    time.sleep(PATIENCE_S)


def live_on(seconds=30):
    """Stay for longer than any driver waits, but not for ever."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(1)


def _mark():
    libc.prctl(_PR_SET_NAME, f"atk-{NONCE}".encode(), 0, 0, 0)
    os.environ["ATTACK_RUN"] = NONCE


_mark()
