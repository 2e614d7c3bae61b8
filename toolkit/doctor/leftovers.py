"""What processes left that were killed; locks are not among it, they die with them."""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING

from toolkit.doctor.diagnosis import Diagnosis, problem, warning

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from toolkit.doctor.situation import Situation

__all__ = ["check"]

_NAME = "leftovers"
_FIX = "`qrt doctor --fix` removes it."
_OLD_S = 3600.0


def check(situation: Situation) -> Iterator[Diagnosis]:
    """Look for the address of a service that is gone, and for half-written files."""
    state = situation.data_dir / "service.json"
    pid = _pid(state)
    if pid is not None and not _lives(pid):
        what = f"{state} tells of a service that was killed (process {pid})"
        yield _settle(state, what, fix=situation.fix)
    for path in sorted(situation.config_dir.glob(".profiles-*")):
        if _age_s(path) > _OLD_S:
            what = f"{path} was not written to its end, and may hold tokens"
            yield _settle(path, what, fix=situation.fix)


def _settle(path: Path, what: str, *, fix: bool) -> Diagnosis:
    if not fix:
        return warning(_NAME, what, _FIX)
    try:
        path.unlink()
    except OSError as err:
        return problem(_NAME, f"{what}; it can not be removed: {err.strerror}")
    return Diagnosis(name=_NAME, message=f"{what}; it is removed", fixed=True)


def _pid(state: Path) -> int | None:
    """Read whose address it is; None where that can not be told."""
    try:
        pid = json.loads(state.read_text(encoding="utf-8"))["pid"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return pid if isinstance(pid, int) and pid > 0 else None


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True  # it is someone else's, or no number of a process
    return True


def _age_s(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return 0.0
