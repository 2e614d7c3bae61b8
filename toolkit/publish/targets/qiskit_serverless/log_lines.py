"""A job's log as events: what the entry point wrote, and the lines between."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from program_runtime.client.stream import Event
from toolkit.publish.targets.qiskit_serverless.entrypoint import MARK

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["LogReader", "plain_text"]

_FIELDS: Mapping[str, type | tuple[type, ...]] = {
    "seq": int,
    "time": (int, float),
    "type": str,
    "data": str,
}


class LogReader:
    """Reads a log that grows, and gives out each event once.

    A gateway keeps the last 50 MB of a log; what is missing is told in its place.

    Args:
        after: The ``seq`` of the last event that was already seen.
    """

    def __init__(self, *, after: int = 0) -> None:
        self.last_seq = after
        self.ended = False
        """Whether the event that makes the job final was read."""
        self.failure: dict[str, Any] | None = None
        """Why the program failed, as it said itself."""
        self._first: str | None = None
        self._last: str | None = None
        self._done = 0
        self._place = 0

    def read(self, log: str, *, final: bool = False) -> Iterator[Event]:
        """Yield what is new in the whole log.

        Args:
            log: Everything that the gateway holds, from its first line.
            final: Nothing will follow; else the last line may be half of one.
        """
        *lines, rest = log.split("\n")
        whole = len(lines)
        lines += [rest] if rest else []
        self._find_place(lines)
        for line in lines[self._done :]:
            before, event = _parse(line)
            # Half a line has no end, unless the gateway gave it one.
            is_half = self._done == whole or (MARK in line and line is lines[-1])
            if self.ended or (event is None and is_half and not final):
                return
            if before and self._place >= self.last_seq:
                yield _line(before, self._place)
            if event is not None:
                self._place = event.seq
                yield from self._event(event)
            self._done, self._last = self._done + 1, line

    def _find_place(self, lines: list[str]) -> None:
        """Go on where the last reading ended, as far as that is still there."""
        if lines[:1] != [self._first] or len(lines) < self._done:
            # The first time, or the gateway has dropped the beginning.
            self._first, self._done, self._place = next(iter(lines), None), 0, 0
        elif self._done and lines[self._done - 1] != self._last:
            # What was the last line has grown; an event may be in it now.
            self._done -= 1

    def _event(self, event: Event) -> Iterator[Event]:
        if event.type == "error":
            self.failure = _object(event.data)
        status = _object(event.data).get("status") if event.type == "status" else None
        self.ended = self.ended or status in ("Completed", "Failed")
        if event.seq <= self.last_seq:
            return
        if event.seq > self.last_seq + 1:
            first, last = self.last_seq + 1, event.seq - 1
            yield _line(
                f"[events {first} to {last} are lost: the gateway keeps the end of "
                "long logs only]",
                self.last_seq,
            )
        self.last_seq = event.seq
        yield event


def plain_text(log: str) -> str:
    """Leave the events out of a log: what the program itself wrote."""
    lines = [_parse(line) for line in log.split("\n")]
    kept = [before for before, event in lines if before or event is None]
    return "\n".join(kept)


def _line(text: str, seq: int) -> Event:
    """A line of the program's own, at the place of the event before it."""
    return Event(seq, 0.0, "log", f"{text}\n")


def _parse(line: str) -> tuple[str, Event | None]:
    """Take apart what stands before the mark, and the event behind it."""
    before, mark, text = line.partition(MARK)
    if not mark:
        return line, None
    body = _object(text)
    fits = all(isinstance(body.get(name), kind) for name, kind in _FIELDS.items())
    if not fits or isinstance(body["seq"], bool):
        return line, None
    return before, Event(
        body["seq"], float(body["time"]), body["type"], body["data"], None, None
    )


def _object(text: str | None) -> dict[str, Any]:
    try:
        found = json.loads(text or "")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
