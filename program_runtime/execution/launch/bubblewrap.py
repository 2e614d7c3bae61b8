"""A second wall around the zygote itself, for operators who want one.

A zygote needs no file of the service: programs and inputs come over descriptors. So all
of the machine is shown to it read-only, and the service's own folder not at all.
"""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from program_runtime.errors import ExecutionError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["bubblewrap"]


def bubblewrap(hidden: Sequence[Path], shown: Sequence[Path] = ()) -> tuple[str, ...]:
    """Build the command to put before that of a zygote.

    Args:
        hidden: Folders to cover with empty ones.
        shown: Folders inside of those, to be read all the same.

    Returns:
        The words of the command.

    Raises:
        ExecutionError: Bubblewrap is not installed.
    """
    program = shutil.which("bwrap")
    if program is None:
        raise ExecutionError(
            "Bubblewrap was asked for, but there is no command bwrap.",
            hint="Install it (Debian: apt install bubblewrap), or do without it.",
        )
    # As root it drops all capabilities by default, and namespaces need some.
    rights = ("--cap-add", "ALL") if os.geteuid() == 0 else ()
    covers = [word for folder in hidden for word in ("--tmpfs", str(folder))]
    views = [w for folder in shown for w in ("--ro-bind", str(folder), str(folder))]
    return (
        *(program, "--die-with-parent", *rights),
        *("--ro-bind", "/", "/", "--dev-bind", "/dev", "/dev"),
        # Not a new one: inside, new namespaces could not get theirs then.
        *("--bind", "/proc", "/proc"),
        *("--tmpfs", "/var/tmp", *covers, *views, "--"),  # noqa: S108 - for what the zygote tries
    )
