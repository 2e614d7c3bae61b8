"""Where the events of a job go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from program_runtime.execution.events import Event
    from program_runtime.execution.outcome import Outcome

__all__ = ["EventSink", "MemorySink"]


class EventSink(Protocol):
    """Stores events before anybody sees them; their blob files are its own then."""

    async def append(self, events: Sequence[Event]) -> None:
        """Store ``events``, all or none; return when they are durable."""

    async def finish(self, events: Sequence[Event], outcome: Outcome) -> None:
        """Store the last events and the outcome in one transaction."""


class MemorySink:
    """Keeps everything in lists.

    Example:
        >>> sink = MemorySink()
        >>> sink.events, sink.outcome
        ([], None)
    """

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.batches: list[int] = []
        self.outcome: Outcome | None = None

    async def append(self, events: Sequence[Event]) -> None:
        """Keep ``events``."""
        self.events.extend(events)
        self.batches.append(len(events))

    async def finish(self, events: Sequence[Event], outcome: Outcome) -> None:
        """Keep ``events`` and the outcome."""
        await self.append(events)
        self.outcome = outcome
