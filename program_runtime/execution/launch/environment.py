"""The environment variables that a child sees."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["child_environment"]

_INHERITED = (
    "HOME",
    "LANG",
    "LANGUAGE",
    "LC_ALL",
    "LC_CTYPE",
    "LD_LIBRARY_PATH",
    "PATH",
    "PYTHONPATH",
    "TZ",
    "VIRTUAL_ENV",
)


def child_environment(source: Mapping[str, str] | None = None) -> dict[str, str]:
    """Choose what a child inherits: secrets of the server are in none of these.

    Args:
        source: Instead of the environment of this process.

    Returns:
        The whole environment of the child, thread settings included.
    """
    source = os.environ if source is None else source
    threads = str(os.cpu_count() or 1)
    return {
        **{name: source[name] for name in _INHERITED if name in source},
        # OpenBLAS starts its threads at import, and a process with threads can not be
        # forked safely; the others start theirs at first use, in the child.
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "OMP_NUM_THREADS": threads,
        # Threads that wait leave their core to other jobs: waiting actively made a
        # small circuit six times slower beside one other job.
        "OMP_WAIT_POLICY": "PASSIVE",
        "RAYON_NUM_THREADS": threads,
        # Its process pool deadlocks after a fork: Qiskit/qiskit#16904.
        "QISKIT_PARALLEL": "FALSE",
    }
