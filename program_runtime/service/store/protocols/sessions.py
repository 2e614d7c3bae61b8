"""Sessions, from their opening to their end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from program_runtime.service.domain import Job, NewSession, Session, SessionQuery

__all__ = ["ClosedSession", "SessionStore"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedSession:
    """A session that was closed, and what that did to its jobs."""

    session: Session
    cancelled: tuple[Job, ...] = ()
    """Those that waited; one that ran goes on."""


class SessionStore(Protocol):
    """Sessions. What their jobs do to them, the store of the jobs keeps as well."""

    async def add(self, new: NewSession) -> Session:
        """Open a session.

        Raises:
            NotFoundError: There is no such user.
            ConflictError: ``too_many_sessions``.
        """
        ...

    async def get(self, session_id: str) -> Session | None:
        """Return a session whoever asks; ``domain.may_see_session`` decides."""
        ...

    async def find(self, query: SessionQuery) -> tuple[Sequence[Session], int]:
        """Return the sessions asked for, and how many there are beyond the page."""
        ...

    async def set_accepting(self, session_id: str, *, accepting: bool) -> Session:
        """Let a session take no more jobs, or take them again.

        Raises:
            NotFoundError: There is no such session.
            ConflictError: ``session_closed``: it can not take them again.
        """
        ...

    async def close(self, session_id: str) -> ClosedSession:
        """Close a session and cancel its jobs that wait; closing twice is no error.

        Raises:
            NotFoundError: There is no such session.
        """
        ...

    async def close_overdue(self) -> tuple[Sequence[ClosedSession], float | None]:
        """Close the sessions whose time is over, as ``close`` does.

        Returns:
            What was closed, and after how many seconds the next one may be over;
            None if none is open.
        """
        ...
