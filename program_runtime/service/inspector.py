"""The child that looks into an uploaded bundle, and can do nothing else.

The archive and its source come from a stranger, and the parsers that read them are
written in C. So the child keeps nothing that it does not need, before it reads a byte.
"""

from __future__ import annotations

import contextlib
import resource
import sys

__all__ = ["confine", "main"]

_MIB = 1024 * 1024
_LIMITS = {
    "RLIMIT_AS": 1024 * _MIB,
    "RLIMIT_FSIZE": 0,
    "RLIMIT_NOFILE": 64,
    "RLIMIT_NPROC": 0,
    "RLIMIT_CORE": 0,
}


def confine(path: str, *, writable: str | None = None) -> None:
    """Give up everything but reading one file, as far as this system lets us.

    Args:
        path: The file, or a folder.
        writable: A folder to write into, too.
    """
    for name, most in _LIMITS.items():
        if writable is None or name != "RLIMIT_FSIZE":
            _limit(name, most)
    if sys.platform != "linux":
        return
    from program_runtime.execution.confinement import (  # noqa: PLC0415 - Linux alone
        credentials,
        interpreter,
        landlock,
        seccomp,
    )

    readable = [*landlock.SYSTEM_READABLE, *interpreter.interpreter_folders(), path]
    # Each is a wall of its own: a system that has not all of them has some.
    with contextlib.suppress(OSError):
        credentials.drop_capabilities()
    with contextlib.suppress(OSError):
        credentials.forbid_new_privileges()
        credentials.hide_memory()
        allowed = () if writable is None else (writable,)
        landlock.restrict(readable=readable, writable=allowed, network=False)
    with contextlib.suppress(OSError):
        if seccomp.available():
            seccomp.deny_dangerous_calls(network=False, shares_user=True)


def main(arguments: list[str]) -> int:
    """Print the report on one bundle, see :mod:`program_runtime.bundle.inspect`.

    Args:
        arguments: The seconds of CPU time that it may take, and the file.
    """
    cpu_s, path = arguments
    _limit("RLIMIT_CPU", int(cpu_s))
    from program_runtime.bundle import inspect  # noqa: PLC0415 - within the limit

    confine(path)
    return inspect.main([path])


def _limit(name: str, most: int) -> None:
    with contextlib.suppress(AttributeError, ValueError, OSError):
        resource.setrlimit(getattr(resource, name), (most, most))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
