"""One process at a time: a lock on a file that dies with its holder."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["hold"]


@contextmanager
def hold(path: Path) -> Iterator[None]:
    """Hold the lock on ``path`` for the body of a ``with`` statement.

    The kernel gives the lock back when its holder dies, so a crashed process
    never blocks the next one; the file itself stays.
    """
    import fcntl  # noqa: PLC0415 - POSIX only, and only those who lock need it

    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
