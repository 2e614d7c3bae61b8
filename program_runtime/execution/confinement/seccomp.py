"""A filter that refuses the system calls that no program of ours needs.

It lists what is refused, not what is allowed: a list of allowed calls breaks with every
release of the C library, NumPy or rayon. Refused calls fail, they do not kill, because
libraries ask for some of them and do without.

The filter is a program in classic BPF that the kernel runs before each call.
"""

from __future__ import annotations

import errno
import functools
import struct
from dataclasses import dataclass
from typing import Final

from program_runtime.execution.confinement import kernel
from program_runtime.execution.confinement.system_calls import (
    EXAMINED,
    MACHINES,
    OF_A_SHARED_USER,
    REFUSED,
)

__all__ = ["available", "deny_dangerous_calls", "filter_program", "prepare"]

# As the kernel names them in the data that a filter sees: AUDIT_ARCH_...
_ARCHITECTURES: Final = {"x86_64": 0xC000_003E, "aarch64": 0xC000_00B7}
_X32_BIT: Final = 0x4000_0000

# Where things stand in that data, struct seccomp_data.
_NUMBER: Final = 0
_ARCHITECTURE: Final = 4
_ARGUMENTS: Final = 16
_ARGUMENT_BYTES: Final = 8

# Instructions and answers.
_LOAD: Final = 0x20
_AND: Final = 0x54
_JUMP_IF_EQUAL: Final = 0x15
_JUMP_IF_ANY_BIT: Final = 0x45
_RETURN: Final = 0x06
_INSTRUCTION: Final = struct.Struct("=HBBI")
_ALLOW: Final = 0x7FFF_0000
_FAIL: Final = 0x0005_0000
_KILL_PROCESS: Final = 0x8000_0000

_IS_KNOWN: Final = 2
_WORD: Final = 0xFFFF_FFFF


@dataclass(frozen=True, slots=True)
class _Rule:
    """Which values one argument of an allowed call has, after masking.

    Only 32 bits are looked at. Of all but pointers these are as many as the kernel
    looks at, too.
    """

    argument: int
    values: tuple[int, ...]
    mask: int = _WORD
    expected: bool = True
    """False turns it round: which values it has not."""
    upper: bool = False
    """Look at the upper half."""


def _is_null(argument: int) -> tuple[_Rule, _Rule]:
    """A pointer that leads nowhere."""
    return _Rule(argument, (0,)), _Rule(argument, (0,), upper=True)


# CLONE_NEW... and CLONE_PARENT, which would give the keeper a child.
_FORBIDDEN_CLONE_FLAGS: Final = 0x7E02_8000
# Linux as such, with 32 bit machine names or an old version; the last one only asks.
_USUAL_PERSONALITIES: Final = (0, 0x8, 0x20000, 0x20008, _WORD)
# Type into a terminal, control the console, load a line discipline: TIOCSTI, ...
_TERMINAL_TRICKS: Final = (0x5412, 0x541C, 0x5423)
_SOCKET_TYPE, _STREAM, _PACKETS = 0xF, 1, 5
_INET, _INET6 = 2, 10
# SO_SNDBUF, SO_RCVBUF and the same by force: memory of the kernel, megabytes a socket.
_BUFFER_SIZES: Final = (7, 8, 32, 33)
# A file that is opened for neither reading nor writing can be emptied all the same.
_NEITHER, _EMPTY = 0o3, 0o1000
_ODD_OPEN_FLAGS: Final = (_EMPTY, _NEITHER, _NEITHER | _EMPTY)

_OWN: Final = 0
_OWN_ONLY: Final = (_Rule(0, (_OWN,)),)

_RULES: Final[dict[str, tuple[_Rule, ...]]] = {
    "clone": (_Rule(0, (0,), mask=_FORBIDDEN_CLONE_FLAGS),),
    "ioctl": (_Rule(1, _TERMINAL_TRICKS, expected=False),),
    "personality": (_Rule(0, _USUAL_PERSONALITIES),),
    # A datagram socket of a pair can be turned to any other Unix socket there is.
    "socketpair": (_Rule(1, (_STREAM, _PACKETS), mask=_SOCKET_TYPE),),
    "setsockopt": (_Rule(2, _BUFFER_SIZES, expected=False),),
    "prlimit64": _OWN_ONLY,
    "sched_setaffinity": _OWN_ONLY,
    "sched_setattr": _OWN_ONLY,
    "sched_setparam": _OWN_ONLY,
    "sched_setscheduler": _OWN_ONLY,
    # The first argument: of a process, not of a group or user.
    "setpriority": (_Rule(0, (0,)), _Rule(1, (_OWN,))),
    "ioprio_set": (_Rule(0, (1,)), _Rule(1, (_OWN,))),
    # Without a time: now. To make a file, Path.touch first asks for that.
    "utime": _is_null(1),
    "utimes": _is_null(1),
    "futimesat": _is_null(2),
    "utimensat": _is_null(2),
    "open": (_Rule(1, _ODD_OPEN_FLAGS, mask=_NEITHER | _EMPTY, expected=False),),
    "openat": (_Rule(2, _ODD_OPEN_FLAGS, mask=_NEITHER | _EMPTY, expected=False),),
}
# No Unix sockets: those in /run lead to whoever rules the machine. No netlink: it is a
# large part of the kernel, and getaddrinfo does without.
_NETWORK: Final = (_Rule(0, (_INET, _INET6)),)

_IGNORED: Final = (
    *("chmod", "fchmod", "fchmodat", "fchmodat2"),
    *("utime", "utimes", "futimesat", "utimensat"),
    "setsockopt",  # a size is a hint
)
_ANSWERS: Final = {
    # Whoever gets this takes the older call, which is examined.
    "clone3": errno.ENOSYS,
    "openat2": errno.ENOSYS,
    "socket": errno.EAFNOSUPPORT,
    **dict.fromkeys(_IGNORED, 0),
}


def available() -> bool:
    """Tell whether the filter can be had: on x86_64 and aarch64, by most kernels."""
    if kernel.MACHINE not in _ARCHITECTURES or struct.calcsize("P") != _ARGUMENT_BYTES:
        return False
    action = struct.pack("=I", _KILL_PROCESS)
    try:
        kernel.syscall("seccomp", _IS_KNOWN, 0, action)
    except OSError:
        return False
    return True


def prepare() -> None:
    """Assemble the filters, so that children which are forked later need not."""
    if kernel.MACHINE in _ARCHITECTURES:
        for network in (False, True):
            for shares_user in (False, True):
                filter_program(kernel.MACHINE, network=network, shares_user=shares_user)


def deny_dangerous_calls(*, network: bool, shares_user: bool = False) -> None:
    """Refuse dangerous calls of this process and of all that it starts, for good.

    New privileges must have been forbidden before.

    Args:
        network: Whether to allow sockets of the internet protocols; any others are
            refused anyway, but for connected pairs.
        shares_user: Whether the program's user has other processes and files that can
            be named from here. Then no file's mode, times, owner or attributes
            change: of modes and times it is not told. A time can become now.

    Raises:
        OSError: The kernel refuses.
    """
    kernel.filter_system_calls(
        filter_program(kernel.MACHINE, network=network, shares_user=shares_user)
    )


@functools.cache
def filter_program(machine: str, *, network: bool, shares_user: bool) -> bytes:
    """Assemble the filter.

    Args:
        machine: One of ``MACHINES``.
        network: As for ``deny_dangerous_calls``.
        shares_user: Likewise.

    Returns:
        Classic BPF, eight bytes an instruction.
    """
    calls = REFUSED | EXAMINED | (OF_A_SHARED_USER if shares_user else {})
    rules = _RULES | ({"socket": _NETWORK} if network else {})
    column = MACHINES.index(machine)
    program = [
        _instruction(_LOAD, _ARCHITECTURE),
        _instruction(_JUMP_IF_EQUAL, _ARCHITECTURES[machine], then=1),
        # A process can enter the kernel by the door of another machine, where numbers
        # mean other calls. Nothing of Python does, so there is nothing to break.
        _instruction(_RETURN, _KILL_PROCESS),
        _instruction(_LOAD, _NUMBER),
    ]
    if machine == "x86_64":
        program += [
            _instruction(_JUMP_IF_ANY_BIT, _X32_BIT, otherwise=1),
            _instruction(_RETURN, _FAIL | errno.EPERM),
        ]
    for name, numbers in calls.items():
        number = numbers[column]
        if number is not None:
            program += _judge(number, name, rules.get(name, ()))
    return b"".join([*program, _instruction(_RETURN, _ALLOW)])


def _judge(number: int, name: str, rules: tuple[_Rule, ...]) -> list[bytes]:
    """Decide about one call, and go on behind these instructions for all others."""
    answer = _instruction(_RETURN, _FAIL | _ANSWERS.get(name, errno.EPERM))
    judgement = [piece for rule in rules for piece in _check(rule, answer)]
    judgement.append(_instruction(_RETURN, _ALLOW) if rules else answer)
    return [
        _instruction(_JUMP_IF_EQUAL, number, otherwise=len(judgement)),
        *judgement,
    ]


def _check(rule: _Rule, answer: bytes) -> list[bytes]:
    """Go on behind these instructions if the argument is as the rule wants it."""
    count = len(rule.values)
    # Both machines keep the lower half of a number before the upper one.
    place = _ARGUMENTS + _ARGUMENT_BYTES * rule.argument + 4 * rule.upper
    if rule.expected:
        if_equal, if_none = count + 1, 0
    else:
        if_equal, if_none = count, 1
    return [
        _instruction(_LOAD, place),
        _instruction(_AND, rule.mask),
        *(
            _instruction(
                _JUMP_IF_EQUAL,
                value,
                then=if_equal - 1 - index,
                otherwise=if_none if index == count - 1 else 0,
            )
            for index, value in enumerate(rule.values)
        ),
        answer,
    ]


def _instruction(code: int, value: int, *, then: int = 0, otherwise: int = 0) -> bytes:
    """Encode one; jumps say how many of the next instructions are left out."""
    return _INSTRUCTION.pack(code, then, otherwise, value)
