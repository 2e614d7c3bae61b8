"""One place at which a schema allows what another does not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ["Breach"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """Why the values of the inner schema are not all values of the outer one.

    ``inner`` and ``outer`` are what the two say at this place, None where one says
    nothing; which of them is the old release's depends on the direction.
    """

    path: str
    rule: str
    """The keyword, or ``gone``: a name that the outer schema does not allow."""
    inner: Any = None
    outer: Any = None
    undecided: bool = False
    """It could not be found out; taken for a breach."""
