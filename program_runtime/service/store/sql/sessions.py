"""Sessions in the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from program_runtime.service.domain import NotFoundError, lifecycle, sessions
from program_runtime.service.store.protocols.sessions import ClosedSession
from program_runtime.service.store.sql import session_statements as statements
from program_runtime.service.store.sql import session_turns
from program_runtime.service.store.sql.job_rows import to_job
from program_runtime.service.store.sql.job_writing import keep_all
from program_runtime.service.store.sql.session_rows import to_session

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from program_runtime.service.domain import NewSession, Session, SessionQuery
    from program_runtime.service.store.sql.reader import Reader
    from program_runtime.service.store.sql.writer import GroupWriter


class SqlSessions:
    """See :class:`~program_runtime.service.store.protocols.SessionStore`."""

    def __init__(
        self, reader: Reader, writer: GroupWriter, clock: Callable[[], float]
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._clock = clock

    async def add(self, new: NewSession) -> Session:
        """Open a session."""

        def write(connection: Connection) -> Session:
            user = connection.execute(statements.select_user(), {"user": new.user})
            if user.one_or_none() is None:
                raise NotFoundError(f"there is no user {new.user}", kind="user")
            return session_turns.open_session(connection, new, at=self._now())

        return await self._writer.do(write)

    async def get(self, session_id: str) -> Session | None:
        """Return a session."""
        wanted = {"session_id": session_id}

        def read(connection: Connection) -> Session | None:
            row = connection.execute(statements.select_session(), wanted).one_or_none()
            return None if row is None else to_session(row)

        return await self._reader.do(read)

    async def find(self, query: SessionQuery) -> tuple[Sequence[Session], int]:
        """Return the sessions asked for."""

        def read(connection: Connection) -> tuple[Sequence[Session], int]:
            count = connection.execute(statements.count_sessions(query)).scalar_one()
            rows = connection.execute(statements.select_sessions(query))
            return [to_session(row) for row in rows], count

        return await self._reader.do(read)

    async def set_accepting(self, session_id: str, *, accepting: bool) -> Session:
        """Let a session take no more jobs, or take them again."""

        def write(connection: Connection) -> Session:
            key, session = _require(connection, session_id)
            changed = sessions.set_accepting(
                session, accepting=accepting, at=self._now()
            )
            session_turns.write(connection, key, changed)
            return changed

        return await self._writer.do(write)

    async def close(self, session_id: str) -> ClosedSession:
        """Close a session and cancel its jobs that wait."""

        def write(connection: Connection) -> ClosedSession:
            key, session = _require(connection, session_id)
            why = sessions.why_cancelled(session)
            return self._close(connection, key, session, why)

        return await self._writer.do(write)

    async def close_overdue(self) -> tuple[Sequence[ClosedSession], float | None]:
        """Close the sessions whose time is over."""

        def write(
            connection: Connection,
        ) -> tuple[Sequence[ClosedSession], float | None]:
            at = self._now()
            closed, waits = [], []
            for row in connection.execute(statements.select_open_sessions()).all():
                session = to_session(row)
                if sessions.is_over(session, at=at):
                    key, session = _require(connection, session.id)
                if sessions.is_over(session, at=at):
                    why = sessions.why_cancelled(session, at=at)
                    closed.append(self._close(connection, key, session, why))
                else:
                    waits.append(sessions.look_again_s(session, at=at))
            return closed, min((s for s in waits if s is not None), default=None)

        return await self._writer.do(write)

    def _close(
        self, connection: Connection, key: int, session: Session, why: str
    ) -> ClosedSession:
        now = self._clock()
        rows = connection.execute(
            statements.select_waiting_jobs(), {"session_id": session.id}
        ).all()
        cancelled = keep_all(
            connection,
            {row.key: lifecycle.cancel(to_job(row), now=now, why=why) for row in rows},
        )
        closed = sessions.close(session, at=lifecycle.moment(now))
        session_turns.write(connection, key, closed)
        _, as_it_is = _require(connection, session.id)
        return ClosedSession(session=as_it_is, cancelled=cancelled)

    def _now(self) -> datetime:
        return lifecycle.moment(self._clock())


def _require(connection: Connection, session_id: str) -> tuple[int, Session]:
    found = session_turns.held_session(connection, session_id)
    if found is None:
        raise NotFoundError(f"There is no session {session_id}.", kind="session")
    return found
