"""The built-in programs: runtime programs like any other, that come with the service.

``sampler`` and ``estimator`` take the inputs of the official clients, those of the
PUB-based primitives (``pubs``) and those of the first ones (``circuits``). Each is a
folder with ``program.py`` and ``program.json``; the work is done by the modules of
this package, so that a process that runs several jobs keeps what they remember.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

__all__ = ["Builtin", "builtin"]

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Builtin:
    """One built-in program."""

    name: str
    folder: Path
    """Holds its program.py and program.json."""


def builtin() -> tuple[Builtin, ...]:
    """List the built-in programs, by name; nothing of them is imported."""
    return tuple(
        Builtin(name=path.parent.name, folder=path.parent)
        for path in sorted(_HERE.glob("*/program.json"))
    )
