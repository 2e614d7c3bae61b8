"""What the broker's process gives up, because it reads what programs send.

It keeps the network and what its user can read, because providers need both:
packages, certificates, account files. It loses the service's data, all capabilities and
the right to write anywhere but in its own folder.
"""

from __future__ import annotations

import logging
import os
import resource
import shutil
import sys
import tempfile
from typing import TYPE_CHECKING, Final

from program_runtime.execution.confinement.rlimits import set_fixed_rlimits

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["all_but", "fence_in"]

_logger = logging.getLogger(__name__)

_DATA_BYTES: Final = 8 * 1024**3
_FILE_BYTES: Final = 1024**3


def fence_in(folder: Path, hidden: Path) -> None:
    """Bound this process for good; it must have one thread only.

    Args:
        folder: Of the broker.
        hidden: Of the service; ``folder`` may be in it.
    """
    scratch = folder / "tmp"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(mode=0o700)
    os.environ["TMPDIR"] = str(scratch)
    tempfile.tempdir = None  # it may have been looked for already
    set_fixed_rlimits()
    _lower(resource.RLIMIT_DATA, _DATA_BYTES)
    _lower(resource.RLIMIT_FSIZE, _FILE_BYTES)
    if sys.platform == "linux":
        _fence_in_linux(folder, hidden)


def all_but(hidden: Path) -> list[str]:
    """List what is beside a folder, on all levels up to the root.

    Landlock only ever grants: leaving one folder out means to name all others. Links
    are left out: a rule holds for what they point to, and that may be the folder.
    """
    found = []
    inner = hidden.resolve()
    for outer in inner.parents:
        found += [
            str(path)
            for path in outer.iterdir()
            if path != inner and not path.is_symlink()
        ]
        inner = outer
    return found


def _fence_in_linux(folder: Path, hidden: Path) -> None:
    from program_runtime.execution.confinement import (  # noqa: PLC0415 - Linux
        credentials,
        landlock,
    )

    # Others of this user, programs without walls among them, could read its memory.
    credentials.hide_memory()
    credentials.drop_capabilities()
    credentials.forbid_new_privileges()
    if not landlock.abi():
        _logger.warning("No Landlock here: the broker can read the service's files.")
        return
    landlock.restrict(
        readable=all_but(hidden),
        writable=[str(folder), *landlock.SYSTEM_WRITABLE],
        network=True,
    )


def _lower(kind: int, most: int) -> None:
    _, hard = resource.getrlimit(kind)
    value = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(kind, (value, value))
