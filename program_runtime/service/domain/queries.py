"""What a caller may ask of the lists of jobs and of sessions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

_MOCKS = "mock_"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobQuery:
    """Which jobs, in which order, which part of them; None asks for all."""

    user: str | None = None
    program_id: str | None = None
    backend: str | None = None
    pending: bool | None = None
    """True: queued or running; False: final."""
    tags: tuple[str, ...] = ()
    """Jobs that carry all of these."""
    session_id: str | None = None
    created_after: datetime | None = None
    """At this moment or later."""
    created_before: datetime | None = None
    """At this moment or earlier."""
    mocks: bool = True
    """False: leave out what ran on mocks, unless a mock is asked for by name."""
    oldest_first: bool = False
    limit: int = 10
    offset: int = 0

    @property
    def hidden_prefix(self) -> str | None:
        """With what the names of the backends begin that are left out."""
        return None if self.mocks or self.backend is not None else _MOCKS


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionQuery:
    """Which sessions, the newest first, which part of them; None asks for all."""

    user: str | None = None
    is_open: bool | None = None
    """True: those that are not closed; False: those that are."""
    limit: int = 10
    offset: int = 0
