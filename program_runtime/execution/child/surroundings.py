"""The process as a program finds it: folder, streams, logging, random numbers."""

from __future__ import annotations

import logging
import os
import random
import signal
import sys
import tempfile
import threading
import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType

    from program_runtime.execution.child.assignment import Assignment

__all__ = ["end_log", "flush_streams", "prepare", "set_log_level", "settle"]


def settle() -> None:
    """What needs no job and is the same for all: streams over the log, and logging."""
    sys.dont_write_bytecode = True
    sys.argv = ["program.py"]
    _open_streams()
    logging.basicConfig(
        stream=sys.stderr,
        format="%(levelname)s:%(name)s:%(message)s",
        force=True,
    )
    warnings.filterwarnings("default", category=DeprecationWarning, module="program")


def prepare(job: Assignment) -> None:
    """Make the process the job's own.

    Args:
        job: The job; its folder exists.
    """
    _reseed()
    os.chdir(job.work_dir)
    for name in ("HOME", "TMPDIR", "PWD"):
        os.environ[name] = job.work_dir
    tempfile.tempdir = None  # the zygote may have found its own already
    sys.path[:0] = [job.program_dir]
    sys.path += [folder for folder in job.overlay if folder not in sys.path]
    set_log_level(job.log_level)
    signal.signal(signal.SIGTERM, _asked_to_end)
    os.register_at_fork(after_in_child=_end_at_once)


def set_log_level(name: str) -> None:
    """Log what is at least so grave.

    Setting a level goes through all loggers that there are, and so copies the pages
    that they are in. Most jobs have the level that is set already.
    """
    root = logging.getLogger()
    if logging.getLevelName(root.level) != name.upper():
        root.setLevel(name.upper())


def flush_streams() -> None:
    """Write out what the program printed last."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:  # noqa: BLE001, S112 - replaced by the program
            continue


def end_log() -> None:
    """Write out what is left and close the log before the last frame is sent.

    The supervisor then has both ends at once, with no further change of processes. As
    long as other threads run they may print, so the log stays open for them.
    """
    flush_streams()
    others = [thread for thread in threading.enumerate() if not thread.daemon]
    if len(others) == 1:
        os.dup2(0, 1)
        os.dup2(0, 2)


def _open_streams() -> None:
    """New text streams over the log pipe; those of the zygote are buffered."""
    for name, fd in (("stdout", 1), ("stderr", 2)):
        stream = open(  # noqa: SIM115 - stays open
            fd,
            "w",
            buffering=1,
            encoding="utf-8",
            errors="backslashreplace",
            closefd=False,
        )
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def _reseed() -> None:
    """Draw other random numbers than the processes that were forked before and after.

    NumPy, unlike Python itself, does not do that after a fork.
    """
    random.seed()
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is not None:
        numpy_random.seed()


def _asked_to_end(_signum: int, _frame: FrameType | None) -> None:
    """Cancel: let the program's ``finally`` blocks run before the kill."""
    raise SystemExit("The job was cancelled.")


def _end_at_once() -> None:
    """Processes that the program forks keep the usual meaning of SIGTERM."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
