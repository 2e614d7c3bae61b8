"""What a job waits for, and how long."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from program_runtime.execution.broker.protocol import Progress

__all__ = ["WaitingRoom"]

_WORTH_TELLING_S: Final = 1.0
"""A program that runs a thousand circuits a minute has no news of its queue."""


class WaitingRoom:
    """Says what the job waits for, once that takes a while.

    Args:
        backend: The device.
        note: Told at each change.
    """

    def __init__(self, backend: str, note: Callable[[str | None], None]) -> None:
        self._backend = backend
        self._note = note
        self._loop = asyncio.get_running_loop()
        self._queued: dict[int, Progress | None] = {}
        self._since: float | None = None
        self._before_s = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._told: str | None = None

    @property
    def waited_s(self) -> float:
        """How long at least one request was in the queue of the device."""
        now = 0.0 if self._since is None else self._loop.time() - self._since
        return self._before_s + now

    def enter(self, number: int) -> None:
        """A request is on its way."""
        self._queued[number] = None
        self._changed()

    def hear(self, number: int, progress: Progress) -> None:
        """The device has told something of a request."""
        if progress.state == "queued":
            self._queued[number] = progress
        else:
            self._queued.pop(number, None)
        self._changed()

    def leave(self, number: int) -> None:
        """A request has its answer."""
        self._queued.pop(number, None)
        self._changed()

    def close(self) -> None:
        """Say nothing more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._told = None

    def _changed(self) -> None:
        now = self._loop.time()
        if self._queued and self._since is None:
            self._since = now
        elif not self._queued and self._since is not None:
            self._before_s += now - self._since
            self._since = None
        if self._told is not None or not self._queued:
            if self._timer is not None and not self._queued:
                self._timer.cancel()
                self._timer = None
            self._tell()
        elif self._timer is None:
            self._timer = self._loop.call_later(_WORTH_TELLING_S, self._tell)

    def _tell(self) -> None:
        self._timer = None
        text = self._text()
        if text != self._told:
            self._told = text
            self._note(text)

    def _text(self) -> str | None:
        if not self._queued:
            return None
        first = next(iter(self._queued.values()))
        others = len(self._queued) - 1
        more = f" (and {others} more)" if others else ""
        if first is None:
            return f"waiting for {self._backend}{more}"
        if first.trouble:
            return f"waiting for {self._backend}: {first.trouble}{more}"
        if first.position is not None:
            return f"waiting for {self._backend}, position {first.position}{more}"
        if first.waiting is not None:
            jobs = "job" if first.waiting == 1 else "jobs"
            return f"waiting for {self._backend}, {first.waiting} {jobs} queued{more}"
        return f"waiting for {self._backend}{more}"
