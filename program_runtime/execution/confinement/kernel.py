"""Calls of the Linux kernel that Python has no function for, as far as needed here.

Numbers and flags are those of the kernel's own headers (``include/uapi``); each call is
described in section 2 of the manual.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
from typing import Final

__all__ = [
    "MACHINE",
    "MS_BIND",
    "MS_NODEV",
    "MS_NOEXEC",
    "MS_NOSUID",
    "MS_PRIVATE",
    "MS_RDONLY",
    "MS_REC",
    "MS_REMOUNT",
    "SYSCALL_NUMBERS",
    "clear_capabilities",
    "clone",
    "filter_system_calls",
    "mount",
    "pivot_root",
    "prctl",
    "set_mount_attributes",
    "syscall",
    "unmount_lazily",
]

MACHINE: Final = platform.machine()

MS_RDONLY: Final = 0x1
MS_NOSUID: Final = 0x2
MS_NODEV: Final = 0x4
MS_NOEXEC: Final = 0x8
MS_REMOUNT: Final = 0x20
MS_BIND: Final = 0x1000
MS_REC: Final = 0x4000
MS_PRIVATE: Final = 0x40000

_MNT_DETACH: Final = 0x2
_AT_RECURSIVE: Final = 0x8000
_AT_FDCWD: Final = -100
_CAPABILITY_VERSION_3: Final = 0x2008_0522
_SECCOMP_SET_MODE_FILTER: Final = 1
_SECCOMP_ALL_THREADS: Final = 1
_FILTER_INSTRUCTION_BYTES: Final = 8

# Calls that came later than Linux 5.0 have one number everywhere.
_EVERYWHERE: Final = {
    "mount_setattr": 442,
    "landlock_create_ruleset": 444,
    "landlock_add_rule": 445,
    "landlock_restrict_self": 446,
}
_OF_MACHINE: Final = {
    "x86_64": {
        "clone": 56,
        "pivot_root": 155,
        "capset": 126,
        "seccomp": 317,
        "kcmp": 312,
    },
    "aarch64": {
        "clone": 220,
        "pivot_root": 41,
        "capset": 91,
        "seccomp": 277,
        "kcmp": 272,
    },
}
SYSCALL_NUMBERS: Final = _EVERYWHERE | _OF_MACHINE.get(MACHINE, {})
"""By name; other machines than these two offer no confinement that needs the rest."""

# PyDLL keeps the interpreter's lock: a cloned process finds it as it was.
_libc = ctypes.PyDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long


class _FilterProgram(ctypes.Structure):
    """The kernel's ``sock_fprog``."""

    _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_void_p))


def syscall(name: str, *arguments: int | bytes | ctypes.c_void_p | None) -> int:
    """Call the kernel by the call's name.

    Args:
        name: One of ``SYSCALL_NUMBERS``.
        arguments: Integers are passed as machine words.

    Returns:
        What the call returns.

    Raises:
        OSError: It failed, or this machine's number of it is not known.
    """
    number = SYSCALL_NUMBERS.get(name)
    if number is None:
        raise OSError(f"{name} is not known on {MACHINE}")
    words = [
        ctypes.c_long(value) if isinstance(value, int) else value for value in arguments
    ]
    result: int = _libc.syscall(ctypes.c_long(number), *words)
    if result < 0:
        raise _last_error(name)
    return result


def prctl(option: int, *arguments: int) -> int:
    """Call ``prctl(2)``.

    Raises:
        OSError: It failed.
    """
    words = [ctypes.c_ulong(value) for value in (*arguments, 0, 0, 0, 0)[:4]]
    result: int = _libc.prctl(ctypes.c_int(option), *words)
    if result < 0:
        raise _last_error(f"prctl({option})")
    return result


def clear_capabilities() -> None:
    """Empty the effective, permitted and inheritable sets of this thread.

    Raises:
        OSError: It failed.
    """
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    nothing = (ctypes.c_uint32 * 6)()
    syscall(
        "capset",
        ctypes.cast(header, ctypes.c_void_p),
        ctypes.cast(nothing, ctypes.c_void_p),
    )


def filter_system_calls(program: bytes) -> None:
    """Have each later call of all threads of this process judged, for good.

    Args:
        program: Classic BPF, eight bytes an instruction.

    Raises:
        OSError: It failed, also when one of the threads has another filter.
    """
    code = ctypes.create_string_buffer(program, len(program))
    described = _FilterProgram(
        len(program) // _FILTER_INSTRUCTION_BYTES,
        ctypes.cast(code, ctypes.c_void_p),
    )
    thread = syscall(
        "seccomp",
        _SECCOMP_SET_MODE_FILTER,
        _SECCOMP_ALL_THREADS,
        ctypes.cast(ctypes.pointer(described), ctypes.c_void_p),
    )
    if thread:
        raise OSError(errno.EBUSY, f"seccomp: thread {thread} has another filter")


def clone(flags: int, end_signal: int) -> int:
    """Fork into new namespaces, as ``clone(2)`` without a new stack does.

    The C library does not know that this process is another one (it caches the thread
    id), so the child may do little before it forks in the usual way.

    Args:
        flags: ``CLONE_NEW…``.
        end_signal: What the parent gets at the child's end.

    Returns:
        0 in the child, else its pid.

    Raises:
        OSError: The kernel refused.
    """
    return syscall("clone", flags | end_signal, 0, 0, 0, 0)


def mount(
    source: str, target: str, kind: str = "", flags: int = 0, data: str = ""
) -> None:
    """Call ``mount(2)``.

    Raises:
        OSError: It failed; the message names source and target.
    """
    failed = _libc.mount(
        os.fsencode(source),
        os.fsencode(target),
        kind.encode() or None,
        ctypes.c_ulong(flags),
        data.encode() or None,
    )
    if failed:
        raise _last_error(f"mount of {source} at {target}")


def set_mount_attributes(target: str, attributes: int) -> None:
    """Add ``MOUNT_ATTR_…`` flags to a mount and all mounts below it (Linux 5.12).

    Raises:
        OSError: It failed.
    """
    wanted = (ctypes.c_uint64 * 4)(attributes, 0, 0, 0)
    syscall(
        "mount_setattr",
        _AT_FDCWD,
        os.fsencode(target),
        _AT_RECURSIVE,
        ctypes.cast(wanted, ctypes.c_void_p),
        ctypes.sizeof(wanted),
    )


def pivot_root(new_root: str, put_old: str) -> None:
    """Call ``pivot_root(2)``.

    Raises:
        OSError: It failed.
    """
    syscall("pivot_root", os.fsencode(new_root), os.fsencode(put_old))


def unmount_lazily(target: str) -> None:
    """Detach a mount and all below it; who holds it open keeps it.

    Raises:
        OSError: It failed.
    """
    if _libc.umount2(os.fsencode(target), ctypes.c_int(_MNT_DETACH)):
        raise _last_error(f"umount of {target}")


def _last_error(what: str) -> OSError:
    number = ctypes.get_errno()
    return OSError(number, f"{what}: {os.strerror(number)}")
