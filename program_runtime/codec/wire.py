"""What both ends of the wire must agree on: the interface, this codec, Qiskit's QPY.

A service says its ranges in a header of every answer, so that a client knows them from
the first answer on, without a request of their own. Importing this imports no Qiskit.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "HEADER",
    "Range",
    "Target",
    "Wire",
    "own",
    "qpy_here",
    "target",
    "write_for",
    "written_for",
]

HEADER: Final = "X-Program-Wire"
API: Final = 1
"""The version of the interface, ``/api/v1``."""
CODEC: Final = 1
"""The version of the encoding of values, as docs/codec.md describes it."""
NEWEST_WRITTEN: Final = 17
"""The newest QPY format that every supported official client reads."""

_PART = re.compile(r"(\w+)=(\d{1,6})-(\d{1,6})")
_CONSTANT = re.compile(
    r"^(QPY_VERSION|QPY_COMPATIBILITY_VERSION)\s*=\s*(\d+)", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Range:
    """Versions from the oldest to the newest."""

    min: int
    max: int

    def meets(self, other: Range) -> bool:
        """Whether some version is in both."""
        return self.min <= other.max and other.min <= self.max

    def __str__(self) -> str:
        return str(self.min) if self.min == self.max else f"{self.min} to {self.max}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """What one end speaks; None is what it did not say.

    >>> Wire.parse("api=1-1; codec=1-1; qpy=13-18").qpy
    Range(min=13, max=18)
    """

    api: Range | None = None
    codec: Range | None = None
    qpy: Range | None = None
    """The formats of circuits from the oldest that it writes to the newest; it reads
    older ones too."""

    @classmethod
    def parse(cls, header: str) -> Wire:
        """Read a header; what is not understood is as if it had not been said."""
        found = {
            name: Range(int(low), int(high))
            for name, low, high in _PART.findall(header)
            if name in cls.__slots__
        }
        return cls(**found)

    def to_header(self) -> str:
        """Write the header."""
        parts = {"api": self.api, "codec": self.codec, "qpy": self.qpy}
        said = (f"{k}={v.min}-{v.max}" for k, v in parts.items() if v is not None)
        return "; ".join(said)


@dataclass(frozen=True, slots=True)
class Target:
    """Who reads what is written here, and the newest QPY format that they read."""

    qpy: int
    reader: str
    """Such as ``the service``."""


def own() -> Wire:
    """Return what this installation speaks."""
    return Wire(api=Range(API, API), codec=Range(CODEC, CODEC), qpy=qpy_here())


@cache
def qpy_here() -> Range | None:
    """Return the QPY formats that the installed Qiskit writes.

    They are read in its source: importing it takes a second.
    """
    spec = find_spec("qiskit")
    if spec is None or spec.origin is None:  # pragma: no cover - it is required
        return None
    try:
        source = (Path(spec.origin).parent / "qpy" / "common.py").read_text("utf-8")
    except OSError:  # pragma: no cover - Qiskit has moved it
        return None
    found = {name: int(number) for name, number in _CONSTANT.findall(source)}
    newest = found.get("QPY_VERSION")
    if newest is None:  # pragma: no cover - Qiskit has renamed it
        return None
    return Range(found.get("QPY_COMPATIBILITY_VERSION", newest), newest)


_here: ContextVar[Target | None] = ContextVar("written_for", default=None)
_everywhere: list[Target | None] = [None]


def target() -> Target | None:
    """Return who reads what is encoded now, if they can not read everything."""
    return _here.get() or _everywhere[0]


@contextmanager
def written_for(reader: Target | None) -> Iterator[None]:
    """Encode for a reader inside of the block, in this thread."""
    token = _here.set(reader)
    try:
        yield
    finally:
        _here.reset(token)


def write_for(reader: Target | None) -> None:
    """Encode for a reader from now on, in every thread of this process."""
    _everywhere[0] = reader
