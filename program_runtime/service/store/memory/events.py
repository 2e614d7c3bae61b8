"""Event logs in memory."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from program_runtime.service.domain.sequence import check_sequence
from program_runtime.service.domain.states import check_running
from program_runtime.service.store.adoption import adopt, to_stored
from program_runtime.service.store.paging import take

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from program_runtime.execution.events import Event
    from program_runtime.service.domain import StoredEvent
    from program_runtime.service.store.memory.state import State


class MemoryEvents:
    """See :class:`~program_runtime.service.store.protocols.EventStore`."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def append(self, job_id: str, events: Sequence[Event]) -> None:
        """Add to the log of a running job."""
        folder = self._state.folder(job_id)
        check_running(folder.job.status)
        last_seq = check_sequence(folder.job.last_seq, (e.seq for e in events))
        adopt(self._state.blobs, events)
        folder.events += map(to_stored, events)
        folder.job = replace(folder.job, last_seq=last_seq)

    async def read(
        self,
        job_id: str,
        *,
        after: int = 0,
        limit: int = 1000,
        max_bytes: int = 4 * 1024 * 1024,
        types: Collection[str] | None = None,
    ) -> Sequence[StoredEvent]:
        """Return the events after a number."""
        folder = self._state.folders.get(job_id)
        log = folder.events if folder is not None else []
        wanted = (e for e in islice(log, after, None) if not types or e.type in types)
        return take(islice(wanted, limit), max_bytes)

    async def latest(self, job_id: str, event_type: str) -> StoredEvent | None:
        """Return the last event of a type."""
        folder = self._state.folders.get(job_id)
        log = folder.events if folder is not None else []
        return next((e for e in reversed(log) if e.type == event_type), None)

    async def last_seq(self, job_id: str) -> int:
        """Return the number of the newest event."""
        folder = self._state.folders.get(job_id)
        return folder.job.last_seq if folder is not None else 0
