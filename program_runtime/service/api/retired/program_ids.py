"""Ids of programs whose names need not be unique."""

from __future__ import annotations

import re
import secrets
import string
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from program_runtime.service.context import Context

__all__ = ["UNCALLABLE", "free", "id_for"]

UNCALLABLE: Final = frozenset({"hello-world", "vqe", "qaoa"})
"""Some versions, 0.11.3 among them, refuse to run a program of such an id."""
_LONGEST: Final = 63
_SUFFIX: Final = 10
_LETTERS: Final = string.ascii_lowercase + string.digits
_FOREIGN: Final = re.compile(r"[^a-z0-9_-]+")


async def free(here: Context, name: str) -> str:
    """Return an id that no program has: the name if it will do, else with a suffix."""
    wanted = id_for(name)
    taken = wanted in UNCALLABLE or await here.store.programs.get(wanted) is not None
    return _with_suffix(wanted) if taken else wanted


def id_for(name: str) -> str:
    """Return the nearest to a name that can be an id.

    >>> id_for("Sample Program!")
    'sample-program'
    """
    found = _FOREIGN.sub("-", name.lower()).strip("-_")[:_LONGEST]
    return found or "program"


def _with_suffix(name: str) -> str:
    suffix = "".join(secrets.choice(_LETTERS) for _ in range(_SUFFIX))
    return f"{name[: _LONGEST - _SUFFIX - 1]}-{suffix}"
