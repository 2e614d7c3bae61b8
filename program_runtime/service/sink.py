"""Where a running job's events go: into the store, then to whoever listens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from program_runtime.execution.events import EventType
from program_runtime.service.hub import Ending
from program_runtime.service.store.adoption import to_stored

if TYPE_CHECKING:
    from collections.abc import Sequence

    from program_runtime.execution.events import Event
    from program_runtime.execution.outcome import Outcome
    from program_runtime.service.domain import StoredEvent
    from program_runtime.service.hub import Hub
    from program_runtime.service.metrics import Metrics
    from program_runtime.service.store import Store


class StoreSink:
    """Stores the events of one job before anybody hears of them."""

    def __init__(self, store: Store, hub: Hub, metrics: Metrics, job_id: str) -> None:
        self._store = store
        self._hub = hub
        self._metrics = metrics
        self._job_id = job_id
        self.finished = False
        """Whether the end of the job is stored."""
        self.abandoned = False
        """Whether what comes from now on is thrown away: the service stops."""

    async def append(self, events: Sequence[Event]) -> None:
        """Store events, then wake the listeners."""
        if self.abandoned:
            return
        await self._store.events.append(self._job_id, events)
        self._metrics.events_stored.inc(len(events))
        self._hub.notify(self._job_id)

    async def finish(self, events: Sequence[Event], outcome: Outcome) -> None:
        """Store the last events with the end of the job, then wake everyone."""
        if self.abandoned:
            return
        await self._store.jobs.finish(self._job_id, events, outcome)
        self.finished = True
        self._metrics.events_stored.inc(len(events))
        self._metrics.jobs_finished.labels(
            status=str(outcome.status), code=outcome.code or ""
        ).inc()
        self._hub.end(self._job_id, Ending(outcome.status, _result(events)))


def _result(events: Sequence[Event]) -> StoredEvent | None:
    """Return the result among the last events, as the store holds it."""
    for event in events:
        if event.type is EventType.RESULT:
            return to_stored(event)
    return None
