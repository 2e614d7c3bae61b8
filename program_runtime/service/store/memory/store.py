"""The five stores in memory as one."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from program_runtime.service.store.blobs.memory import MemoryBlobStore
from program_runtime.service.store.memory.events import MemoryEvents
from program_runtime.service.store.memory.jobs import MemoryJobs
from program_runtime.service.store.memory.programs import MemoryPrograms
from program_runtime.service.store.memory.sessions import MemorySessions
from program_runtime.service.store.memory.state import State
from program_runtime.service.store.memory.users import MemoryUsers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from program_runtime.service.store.protocols import BlobStore


class MemoryStore:
    """Everything in dictionaries; it follows the same rules and forgets all.

    Args:
        blobs: Where spooled payloads of events go.
        clock: Seconds since the epoch.

    Example:
        >>> import asyncio
        >>> from program_runtime.service.domain import Role
        >>> store = MemoryStore()
        >>> asyncio.run(store.users.add("u_a", Role.AUTHOR, "hash")).name
        'u_a'
    """

    def __init__(
        self,
        blobs: BlobStore | None = None,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._state = State(clock=clock, blobs=blobs or MemoryBlobStore(clock=clock))
        self.users = MemoryUsers(self._state)
        self.programs = MemoryPrograms(self._state)
        self.jobs = MemoryJobs(self._state)
        self.sessions = MemorySessions(self._state)
        self.events = MemoryEvents(self._state)

    async def open(self) -> None:
        """Nothing to connect to."""

    async def close(self) -> None:
        """Nothing to disconnect from."""

    async def check(self) -> None:
        """There is always room."""

    async def sweep(self, *, older_than_s: float = 3600.0) -> int:
        """Delete what nothing refers to."""
        state = self._state
        in_use = {folder.job.digest for folder in state.folders.values()}
        state.withdrawn = [r for r in state.withdrawn if r.digest in in_use]
        self._forget_sessions(state.clock() - older_than_s)
        referred = set(self._referred())
        return sum(
            state.blobs.delete(digest, older_than_s=older_than_s)
            for digest in list(state.blobs.digests(older_than_s=older_than_s))
            if digest not in referred
        )

    def _forget_sessions(self, before: float) -> None:
        state = self._state
        in_use = {folder.job.session_id for folder in state.folders.values()}
        for session in list(state.sessions.values()):
            closed = session.closed
            if closed and closed.timestamp() < before and session.id not in in_use:
                del state.sessions[session.id]

    def _referred(self) -> Iterator[str | None]:
        state = self._state
        yield from (release.digest for release in state.withdrawn)
        for shelf in state.shelves.values():
            yield from (release.digest for release in shelf.releases.values())
        for folder in state.folders.values():
            yield folder.inputs.digest
            yield from (event.blob_digest for event in folder.events)
