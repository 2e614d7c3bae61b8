"""Landlock: rules that a process lays upon itself, for files, network and signals.

They hold for all that it starts, too. What they do not cover is left to the filter of
system calls: changing modes, times, owners and extended attributes by a file's name,
watching a folder, and before ABI 3 emptying a file.
"""

from __future__ import annotations

import errno
import functools
import os
import stat
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from program_runtime.execution.confinement import kernel

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "NETWORK_READABLE",
    "SYSTEM_READABLE",
    "SYSTEM_WRITABLE",
    "abi",
    "prepare",
    "restrict",
    "signals_are_scoped",
]

SYSTEM_WRITABLE: Final = ("/dev/null", "/dev/zero", "/dev/full")
"""Devices that keep nothing. Not ``/dev/shm``, which all processes here share."""

SYSTEM_READABLE: Final = (
    *("/usr", "/bin", "/sbin", "/lib", "/lib64"),
    *("/etc/ld.so.cache", "/etc/localtime"),
    *("/dev/random", "/dev/urandom"),
    *("/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat"),
    *("/sys/devices/system/cpu", "/sys/devices/system/node"),
    *SYSTEM_WRITABLE,
)
"""What programs need of the machine's own files; ``/proc/self`` is who calls."""

NETWORK_READABLE: Final = (
    *("/etc/resolv.conf", "/etc/hosts", "/etc/host.conf", "/etc/nsswitch.conf"),
    *("/etc/gai.conf", "/etc/services", "/etc/protocols"),
    *("/etc/ssl/certs", "/etc/ssl/openssl.cnf"),
    *("/etc/pki/tls/certs", "/etc/pki/ca-trust/extracted"),
)
"""What it takes besides to find hosts by name and to trust them."""

# Rights to files, in the order of the kernel's bits.
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_FOLDER = (1 << bit for bit in range(4))
_MAKE_CHARACTER_DEVICE: Final = 1 << 6
_MAKE_BLOCK_DEVICE: Final = 1 << 11
_TRUNCATE: Final = 1 << 14
_CONTROL_DEVICE: Final = 1 << 15
_CONNECT_TO_SOCKET: Final = 1 << 16

_ALL_FILE_RIGHTS: Final = (1 << 17) - 1
_READ: Final = _EXECUTE | _READ_FILE | _READ_FOLDER
_WRITE: Final = _ALL_FILE_RIGHTS & ~(_MAKE_CHARACTER_DEVICE | _MAKE_BLOCK_DEVICE)
# The others make sense for folders only; a rule for a file must not name them.
_OF_ONE_FILE: Final = (
    *(_EXECUTE, _WRITE_FILE, _READ_FILE),
    *(_TRUNCATE, _CONTROL_DEVICE, _CONNECT_TO_SOCKET),
)
_FILE_MASK: Final = functools.reduce(int.__or__, _OF_ONE_FILE)

_ALL_NETWORK_RIGHTS: Final = 0b1111
"""Bind and connect: of TCP from ABI 4, of UDP from ABI 10."""
_SCOPE_ABSTRACT_SOCKETS: Final = 1
_SCOPE_SIGNALS: Final = 2

_RULESET: Final = struct.Struct("=QQQ")
_RULE: Final = struct.Struct("=Qi")
_PATH_BENEATH: Final = 1
_ASK_VERSION: Final = 1
# No audit record for what is refused to the program: it could fill the machine's log.
_LOG_NOTHING: Final = 0b101

_OUT_OF_REACH = (FileNotFoundError, NotADirectoryError, PermissionError)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rights:
    """Bits as in the kernel's ``landlock_ruleset_attr``."""

    files: int = 0
    network: int = 0
    scopes: int = 0


def abi() -> int:
    """Ask for the version of Landlock.

    Returns:
        0 without Landlock. Kernels with features of later ones claim versions that they
        keep in part only, so nothing is decided by this number.
    """
    try:
        return kernel.syscall("landlock_create_ruleset", None, 0, _ASK_VERSION)
    except OSError:
        return 0


def signals_are_scoped() -> bool:
    """Tell whether ``restrict`` keeps a process from signalling others of its user."""
    return bool(_offered().scopes & _SCOPE_SIGNALS)


def prepare() -> None:
    """Find out what this kernel offers, so that children forked later need not."""
    _offered()


def restrict(
    *, readable: Sequence[str], writable: Sequence[str], network: bool
) -> None:
    """Keep this process and all that it starts from everything else, for good.

    New privileges must have been forbidden before. Whatever is open stays open.

    Args:
        readable: Files and folders to read and execute, with all beneath them. What is
            out of reach anyway needs no rule and is skipped.
        writable: Likewise, to do everything with but to make devices.
        network: Whether sockets may still be bound and connected.

    Raises:
        OSError: There is no Landlock here, or the kernel refuses.
    """
    offered = _offered()
    ruleset = _create_ruleset(
        _Rights(
            files=offered.files,
            network=0 if network else offered.network,
            scopes=offered.scopes,
        )
    )
    try:
        for paths, rights in ((readable, _READ), (writable, _WRITE)):
            for path in paths:
                _allow(ruleset, path, rights & offered.files)
        _enforce(ruleset)
    finally:
        os.close(ruleset)


@functools.cache
def _offered() -> _Rights:
    """Find what this kernel can refuse, by trying bit for bit."""
    return _Rights(
        files=sum(
            bit for bit in _bits(_ALL_FILE_RIGHTS) if _is_offered(_Rights(files=bit))
        ),
        network=sum(
            bit
            for bit in _bits(_ALL_NETWORK_RIGHTS)
            if _is_offered(_Rights(network=bit))
        ),
        scopes=sum(
            bit
            for bit in (_SCOPE_ABSTRACT_SOCKETS, _SCOPE_SIGNALS)
            if _is_offered(_Rights(scopes=bit))
        ),
    )


def _bits(mask: int) -> list[int]:
    return [1 << bit for bit in range(mask.bit_length()) if mask >> bit & 1]


def _is_offered(rights: _Rights) -> bool:
    try:
        os.close(_create_ruleset(rights))
    except OSError:
        return False
    return True


def _create_ruleset(rights: _Rights) -> int:
    attributes = _RULESET.pack(rights.files, rights.network, rights.scopes)
    return kernel.syscall("landlock_create_ruleset", attributes, len(attributes), 0)


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except _OUT_OF_REACH:
        return
    try:
        if not stat.S_ISDIR(os.fstat(fd).st_mode):
            rights &= _FILE_MASK
        rule = _RULE.pack(rights, fd)
        kernel.syscall("landlock_add_rule", ruleset, _PATH_BENEATH, rule, 0)
    finally:
        os.close(fd)


def _enforce(ruleset: int) -> None:
    try:
        kernel.syscall("landlock_restrict_self", ruleset, _LOG_NOTHING)
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
        # Before ABI 7 nothing is logged and no flag is known.
        kernel.syscall("landlock_restrict_self", ruleset, 0)
