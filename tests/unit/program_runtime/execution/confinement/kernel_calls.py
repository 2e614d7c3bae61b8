"""Calls of the kernel as attacks make them."""

import ctypes
import os
import signal

from program_runtime.execution.confinement import kernel, system_calls

NEW_USER, NEW_MOUNTS, NEW_NAMES = 0x10000000, 0x20000, 0x4000000
HERE = -100

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
numbers = system_calls.REFUSED | system_calls.EXAMINED | system_calls.OF_A_SHARED_USER
column = {name: at for at, name in enumerate(system_calls.MACHINES)}.get(kernel.MACHINE)


def call(name, *arguments):
    """Call the kernel by name; numbers, bytes and ctypes objects are passed on."""
    words = [
        ctypes.c_long(value) if isinstance(value, int) else value for value in arguments
    ]
    result = libc.syscall(ctypes.c_long(numbers[name][column]), *words)
    if result < 0:
        raise OSError(ctypes.get_errno(), name)
    return result


def victim():
    """Another process of the same user."""
    pid = os.fork()
    while pid == 0:
        signal.pause()
    return pid


def be_root_of_a_new_world(flags):
    """Get the rights that an attack needs, without touching this machine."""
    before = 0 if os.geteuid() == 0 else NEW_USER
    if libc.unshare(before | flags):
        raise OSError(ctypes.get_errno(), "unshare")


def plain(name, *arguments):
    """An attack that is one call."""

    def attack(fence):
        fence()
        call(name, *arguments)

    return attack


def on_another_process(name, *arguments):
    """An attack that is one call with another process as its first argument."""

    def attack(fence):
        pid = victim()
        fence()
        call(name, pid, *arguments)

    return attack


def with_new_mounts(name, *arguments):
    """An attack that is one call by somebody with all rights over mounts."""

    def attack(fence):
        be_root_of_a_new_world(NEW_MOUNTS)
        fence()
        call(name, *arguments)

    return attack
