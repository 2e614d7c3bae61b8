"""Where a running job's events go: into the store, then to whoever listens."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from program_runtime.errors import StorageBusyError
from program_runtime.execution.events import EventType
from program_runtime.execution.outcome import JobStatus
from program_runtime.service.domain.lifecycle import MAX_ATTEMPTS, may_run_again
from program_runtime.service.hub import Ending
from program_runtime.service.store.adoption import to_stored
from program_runtime.service.tracebacks import hide_source

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from program_runtime.execution.events import Event
    from program_runtime.execution.outcome import Outcome
    from program_runtime.service.domain import Job, StoredEvent
    from program_runtime.service.hub import Hub
    from program_runtime.service.metrics import Metrics
    from program_runtime.service.store import Store

log = logging.getLogger(__name__)

_BUSY_PAUSE_S = 0.2
"""Beside what the database itself waits each time."""

_LAST_WORDS = 2
"""Of a job that failed: error and status."""

ASKED_TO_FINISH = "The service was stopping, so the program was asked to finish early."


class StoreSink:
    """Stores the events of one job before anybody hears of them.

    While another process holds the database, it waits: what the job says gathers
    behind it, and soon the job waits as well. No message is lost to a lock.
    """

    def __init__(self, store: Store, hub: Hub, metrics: Metrics, job: Job) -> None:
        self._store = store
        self._hub = hub
        self._metrics = metrics
        self._job = job
        self._job_id = job.id
        self.finished = False
        """Whether the end of the job is stored."""
        self.abandoned = False
        """Whether what comes from now on is thrown away: the service stops."""
        self.asked_to_finish = False
        """Whether the program was told to end early, because the service stops."""
        self.goes_on = False
        """Whether the job is to run again instead of being ended."""
        self.conditions: Mapping[str, Any] | None = None
        """Under which the job runs, once it does."""

    async def append(self, events: Sequence[Event]) -> None:
        """Store events, then wake the listeners."""
        append = self._store.events.append
        if await self._patiently(lambda: append(self._job_id, events)):
            self._metrics.events_stored.inc(len(events))
            self._hub.notify(self._job_id)

    async def finish(self, events: Sequence[Event], outcome: Outcome) -> None:
        """Store the last events with the end of the job, then wake everyone.

        A job whose process was lost, and that loses nothing by being started once more,
        is not ended: what it said before is stored, and it is for whoever gave it this
        sink to let it run again.
        """
        if outcome.lost:
            said, events = events[:-_LAST_WORDS], events[-_LAST_WORDS:]
            if said:
                await self.append(said)
            self.goes_on = await self._loses_nothing()
            if self.goes_on:
                return
        if self.asked_to_finish and outcome.status is JobStatus.COMPLETED:
            outcome = replace(outcome, message=ASKED_TO_FINISH)
        if outcome.traceback and not await self._may_read_source():
            events, outcome = hide_source(events, outcome)
        if not await self._patiently(lambda: self._store_end(events, outcome)):
            return
        self.finished = True
        self._metrics.events_stored.inc(len(events))
        self._metrics.jobs_finished.labels(
            status=str(outcome.status), code=outcome.code or ""
        ).inc()
        self._hub.end(self._job_id, Ending(outcome.status, _result(events)))

    async def _store_end(self, events: Sequence[Event], outcome: Outcome) -> None:
        await self._store.jobs.finish(
            self._job_id, events, outcome, conditions=self.conditions
        )

    async def _loses_nothing(self) -> bool:
        """Whether the job may run again though it was started."""
        if self._job.attempts >= MAX_ATTEMPTS:
            return False
        checkpoint = await self._store.events.latest(self._job_id, "checkpoint")
        return may_run_again(self._job, has_checkpoint=checkpoint is not None)

    async def _may_read_source(self) -> bool:
        """Whether the job runs a program of its own user."""
        program = await self._store.programs.get(self._job.program_id)
        return program is not None and program.owner == self._job.user

    async def _patiently(self, write: Callable[[], Awaitable[object]]) -> bool:
        """Write when the database is free; False if the job is abandoned by then."""
        waiting = False
        while not self.abandoned:
            try:
                await write()
            except StorageBusyError as err:
                if not waiting:
                    log.warning("job %s waits to be stored: %s", self._job_id, err)
                waiting = True
                await asyncio.sleep(_BUSY_PAUSE_S)
            else:
                return True
        return False


def _result(events: Sequence[Event]) -> StoredEvent | None:
    """Return the result among the last events, as the store holds it."""
    for event in events:
        if event.type is EventType.RESULT:
            return to_stored(event)
    return None
