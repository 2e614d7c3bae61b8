"""The events of one run as a service keeps them and answers them, in memory."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from program_runtime.execution import Event

__all__ = ["EventLog"]

_FRAME = 64


class EventLog:
    """Numbered events, which any number of readers follow.

    It answers what `program_runtime.client.stream.EventStream` asks of a service.
    """

    url = "this run"

    def __init__(self) -> None:
        self._events: list[dict[str, Any]] = []
        self._closed = False
        self._news = threading.Condition()

    def __len__(self) -> int:
        return len(self._events)

    def append(self, event: Event) -> None:
        """Take the next event of the run."""
        with self._news:
            self._events.append(
                {
                    "seq": event.seq,
                    "time": event.time,
                    "type": str(event.type),
                    "data": event.data,
                }
            )
            self._news.notify_all()

    def close(self) -> None:
        """No more will come."""
        with self._news:
            self._closed = True
            self._news.notify_all()

    def frames(self, after: int) -> Iterator[list[dict[str, Any]]]:
        """Yield what there is behind ``after``, as it comes, until no more will."""
        while frame := self._wait(after):
            yield frame
            after = frame[-1]["seq"]

    def events(
        self, job_id: str, *, after: int = 0, limit: int = 1000, wait_s: float = 0.0
    ) -> dict[str, Any]:
        """Answer a page of events; there is no job but one, and no need to wait."""
        del job_id, wait_s
        with self._news:
            page = self._events[after : after + limit]
            return {"events": page, "final": self._closed}

    def _wait(self, after: int) -> list[dict[str, Any]]:
        with self._news:
            self._news.wait_for(lambda: self._closed or len(self._events) > after)
            return self._events[after : after + _FRAME]
