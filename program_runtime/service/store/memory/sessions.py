"""Sessions in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from program_runtime.execution.outcome import JobStatus
from program_runtime.service.domain import NotFoundError, lifecycle, sessions
from program_runtime.service.store.memory import session_turns
from program_runtime.service.store.protocols.sessions import ClosedSession

if TYPE_CHECKING:
    from collections.abc import Sequence

    from program_runtime.service.domain import NewSession, Session, SessionQuery
    from program_runtime.service.store.memory.state import State


class MemorySessions:
    """See :class:`~program_runtime.service.store.protocols.SessionStore`."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def add(self, new: NewSession) -> Session:
        """Open a session."""
        if new.user not in self._state.accounts:
            raise NotFoundError(f"there is no user {new.user}", kind="user")
        session_turns.check_room(self._state, new)
        return self._keep(sessions.begin(new, at=self._state.now()))

    async def get(self, session_id: str) -> Session | None:
        """Return a session."""
        return session_turns.read(self._state, session_id)

    async def find(self, query: SessionQuery) -> tuple[Sequence[Session], int]:
        """Return the sessions asked for."""
        found = [
            self._require(session.id)
            for session in reversed(self._state.sessions.values())
            if query.user in {None, session.user}
            and query.is_open in {None, session.closed is None}
        ]
        return found[query.offset : query.offset + query.limit], len(found)

    async def set_accepting(self, session_id: str, *, accepting: bool) -> Session:
        """Let a session take no more jobs, or take them again."""
        return self._keep(
            sessions.set_accepting(
                self._require(session_id), accepting=accepting, at=self._state.now()
            )
        )

    async def close(self, session_id: str) -> ClosedSession:
        """Close a session and cancel its jobs that wait."""
        session = self._require(session_id)
        return self._close(session, sessions.why_cancelled(session))

    async def close_overdue(self) -> tuple[Sequence[ClosedSession], float | None]:
        """Close the sessions whose time is over."""
        at = self._state.now()
        known = [self._require(session_id) for session_id in self._state.sessions]
        closed = [
            self._close(session, sessions.why_cancelled(session, at=at))
            for session in known
            if sessions.is_over(session, at=at)
        ]
        left = (self._require(session_id) for session_id in self._state.sessions)
        waits = [sessions.look_again_s(session, at=at) for session in left]
        return closed, min((s for s in waits if s is not None), default=None)

    def _close(self, session: Session, why: str) -> ClosedSession:
        now = self._state.clock()
        cancelled = []
        for folder in self._state.folders.values():
            job = folder.job
            if job.session_id == session.id and job.status is JobStatus.QUEUED:
                folder.job, events = lifecycle.cancel(job, now=now, why=why)
                folder.events += events
                cancelled.append(folder.job)
        closed = self._keep(sessions.close(session, at=lifecycle.moment(now)))
        return ClosedSession(session=closed, cancelled=tuple(cancelled))

    def _require(self, session_id: str) -> Session:
        session = session_turns.read(self._state, session_id)
        if session is None:
            raise NotFoundError(f"There is no session {session_id}.", kind="session")
        return session

    def _keep(self, session: Session) -> Session:
        self._state.sessions[session.id] = session
        return self._require(session.id)
