"""Closes sessions: when their users say so, when their last job ends, or in time."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING

from program_runtime.errors import StorageError
from program_runtime.execution.outcome import JobStatus
from program_runtime.service.hub import Ending, Wakeup

if TYPE_CHECKING:
    from program_runtime.service.domain import Job, Session
    from program_runtime.service.executors import Executor
    from program_runtime.service.hub import Hub
    from program_runtime.service.metrics import Metrics
    from program_runtime.service.store import ClosedSession, Store

log = logging.getLogger(__name__)

_RETRY_S = 5.0


class SessionKeeper:
    """Sleeps until a session may be over; who uses one need not tell.

    While sessions are open it looks at them once in the shortest time that one of them
    waits for a job; while none is, it does nothing.
    """

    def __init__(
        self, *, store: Store, executor: Executor, hub: Hub, metrics: Metrics
    ) -> None:
        self._store = store
        self._executor = executor
        self._hub = hub
        self._metrics = metrics
        self._news: Wakeup[None] = Wakeup()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Close what became overdue while no service ran, then watch the others.

        Raises:
            StorageError: The store failed.
        """
        wait_s = await self.close_overdue()
        self._task = asyncio.create_task(self._watch(wait_s), name="session-keeper")

    def stop(self) -> None:
        """Watch no longer; sessions last beyond the service."""
        if self._task is not None:
            self._task.cancel()

    def look(self) -> None:
        """Say that a session was opened."""
        self._news.notify()

    async def close(self, session_id: str) -> None:
        """Close a session and cancel its jobs that wait.

        Raises:
            NotFoundError: There is no such session.
        """
        self._tell(await self._store.sessions.close(session_id))

    async def set_accepting(self, session_id: str, *, accepting: bool) -> Session:
        """Let a session take no more jobs, or take them again.

        Raises:
            NotFoundError: There is no such session.
            ConflictError: It is closed, and can not take them again.
        """
        session = await self._store.sessions.set_accepting(
            session_id, accepting=accepting
        )
        self._end_if_closed(session)
        return session

    async def job_ended(self, job: Job) -> bool:
        """Look whether a job was the last one of a session that takes no more.

        Returns:
            Whether the session has other jobs, as far as is known.
        """
        if job.session_id is None:
            return False
        try:
            session = await self._store.sessions.get(job.session_id)
        except StorageError as err:
            log.warning("session %s can not be looked at: %s", job.session_id, err)
            return True
        if session is None:
            return False
        self._end_if_closed(session)
        return session.busy

    async def close_overdue(self) -> float | None:
        """Close the sessions whose time is over.

        Returns:
            After how many seconds another one may be; None if none is open.

        Raises:
            StorageError: The store failed.
        """
        closed, wait_s = await self._store.sessions.close_overdue()
        for each in closed:
            log.info("session %s is over", each.session.id)
            self._tell(each)
        return wait_s

    async def _watch(self, wait_s: float | None) -> None:
        while True:
            ticket = self._news.ticket
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await self._news.wait(ticket)
            try:
                wait_s = await self.close_overdue()
            except StorageError as err:
                log.error("no session can be closed: %s", err)  # noqa: TRY400 - told
                wait_s = _RETRY_S

    def _tell(self, closed: ClosedSession) -> None:
        for job in closed.cancelled:
            status = JobStatus.CANCELLED
            self._metrics.jobs_finished.labels(status=status, code="").inc()
            self._hub.end(job.id, Ending(status, None))
        self._end_if_closed(closed.session)

    def _end_if_closed(self, session: Session) -> None:
        if session.closed is not None:
            self._executor.end_session(session.id)
