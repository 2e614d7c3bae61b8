"""Numbers the events of one job and stores them in groups."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from typing import TYPE_CHECKING

from program_runtime.execution.events import Blob, Event, EventType

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from program_runtime.execution.outcome import Outcome
    from program_runtime.execution.sink import EventSink

__all__ = ["Recorder"]

_logger = logging.getLogger(__name__)

_PENDING_EVENTS = 16 * 1024
_PENDING_BYTES = 8 * 1024 * 1024
_RETRY_AFTER_S = 0.1
_GROUP_S = 0.01
"""Groups begin no closer than this: each costs a commit and a round of listeners, and
the program shares the processor with them. A lone message never waits."""


class Recorder:
    """While one group is being stored, and a few ms from its start, the next gathers.

    ``full`` tells the readers to pause, so that a fast program is slowed down to the
    speed of the store instead of filling the server's memory.
    """

    def __init__(
        self,
        sink: EventSink,
        *,
        first_seq: int,
        on_failure: Callable[[Exception], None],
        on_room: Callable[[], None],
    ) -> None:
        self._sink = sink
        self._next_seq = first_seq
        self._durable_seq = first_seq - 1
        self._first_seq = first_seq
        self._pending: list[Event] = []
        self._pending_bytes = 0
        self._pump: asyncio.Task[None] | None = None
        self._on_failure = on_failure
        self._on_room = on_room
        self._failed = False
        self._settling = asyncio.Event()
        self._next_group_at = 0.0

    @property
    def full(self) -> bool:
        """Whether to read no more for now."""
        return (
            len(self._pending) >= _PENDING_EVENTS
            or self._pending_bytes >= _PENDING_BYTES
        )

    @property
    def untouched(self) -> bool:
        """Whether nothing has happened yet."""
        return self._next_seq == self._first_seq

    def record(
        self, kind: EventType, payload: str | Blob, *, at: float | None = None
    ) -> None:
        """Give an event its number; it is stored soon.

        Args:
            kind: The event's type.
            payload: Its text, or the file that holds it.
            at: Unix time; now, if not given.
        """
        at = time.time() if at is None else at
        if isinstance(payload, str):
            self._pending.append(Event(self._next_seq, at, kind, payload))
            self._pending_bytes += len(payload)
        else:
            self._pending.append(Event(self._next_seq, at, kind, None, payload))
        self._next_seq += 1

    def flush(self) -> None:
        """Start to store what is there, unless that is under way."""
        if self._pending and self._pump is None and not self._failed:
            self._pump = asyncio.create_task(self._store())

    async def settle(self) -> None:
        """Wait until nothing is being stored any more; what gathers is for `finish`."""
        self._settling.set()
        if self._pump is not None:
            await self._pump

    async def finish(
        self, last: Sequence[tuple[EventType, str | Blob]], outcome: Outcome
    ) -> None:
        """Store the last events with the outcome.

        Args:
            last: Types and payloads of the events that end the job.
            outcome: How it ended.

        Raises:
            Exception: Whatever the sink raised, the second time too.
        """
        for kind, payload in last:
            self.record(kind, payload)
        try:
            await self._sink.finish(self._pending, outcome)
        except Exception as error:  # noqa: BLE001 - a store may raise anything
            _logger.warning("The end of a job was not stored, trying again: %s", error)
            await asyncio.sleep(_RETRY_AFTER_S)
            await self._sink.finish(self._pending, outcome)
        self._pending = []

    def forget(self) -> None:
        """Drop what could not be stored; the next events take its numbers."""
        for event in self._pending:
            if event.blob is not None:
                event.blob.path.unlink(missing_ok=True)
        self._pending = []
        self._next_seq = self._durable_seq + 1

    async def _store(self) -> None:
        try:
            while self._pending:
                await self._wait_for_group()
                if self._settling.is_set():
                    return
                events, self._pending = self._pending, []
                self._pending_bytes = 0
                try:
                    await self._sink.append(events)
                except Exception as error:  # noqa: BLE001 - a store may raise anything
                    self._pending = [*events, *self._pending]
                    self._failed = True
                    self._on_failure(error)
                    return
                self._durable_seq = events[-1].seq
                self._on_room()
        finally:
            self._pump = None

    async def _wait_for_group(self) -> None:
        """Let messages gather if the last group has only just begun."""
        loop = asyncio.get_running_loop()
        ahead_s = self._next_group_at - loop.time()
        if ahead_s > 0 and not self.full:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._settling.wait(), ahead_s)
        self._next_group_at = loop.time() + _GROUP_S
