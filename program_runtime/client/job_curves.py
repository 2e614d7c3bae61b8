"""The numbers that a job published, as curves by name.

Interim results give their numbers by key, ``energy`` or ``best.energy``; a number that
is an interim result itself has the name ``""``. Metrics give theirs by name and step.
"""

from __future__ import annotations

import itertools
import json
import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from program_runtime.client.api import ServiceApi
    from program_runtime.client.stream import Event

__all__ = ["Curves", "Point", "published"]

Point = tuple[float, float]

_TEXT_CHARACTERS = 64 * 1024
"""Larger results are data, not progress; they are not read for a curve."""
_DEPTH = 3
_TAG = "__type__"
_PAGE = 1000


class Curves:
    """Collects numbers from a job's events.

    Args:
        most: Keep at most so many points a curve, evenly; None keeps all.
    """

    def __init__(self, most: int | None = None) -> None:
        self._most = most
        self._points: dict[str, list[Point]] = {}
        self._strides: dict[str, int] = {}
        self._seen: dict[str, int] = {}
        self._last: dict[str, Point] = {}
        self._metrics: set[str] = set()
        self._interim = 0

    def feed(self, events: Iterable[Event]) -> None:
        """Add the numbers of more events."""
        for event in events:
            if event.data is None or len(event.data) > _TEXT_CHARACTERS:
                self._interim += event.type == "interim"
            elif event.type == "interim":
                self._interim += 1
                for name, number in _numbers(_parsed(event.data)):
                    self._add(name, (self._interim, number))
            elif event.type == "metric":
                self._feed_metric(_parsed(event.data))

    def names(self) -> list[str]:
        """The curves, in the order in which they began."""
        return list(self._points)

    def points(self, name: str) -> list[Point]:
        """A curve's points, its last one always among them."""
        points = self._points.get(name, [])
        last = self._last.get(name)
        return [*points, last] if last and points[-1] != last else list(points)

    def most_telling(self) -> str | None:
        """The curve to show when none was asked for: a metric, else no mere counter."""
        names = sorted(self._points, key=lambda name: name not in self._metrics)
        telling = (name for name in names if not self._counts(name))
        return next(telling, names[0] if names else None)

    def _counts(self, name: str) -> bool:
        numbers = [number for _, number in self.points(name)]
        pairs = itertools.pairwise(numbers)
        steps = {after - before for before, after in pairs}
        return len(steps) == 1 and steps.pop() > 0 and float(numbers[0]).is_integer()

    def _feed_metric(self, metric: Any) -> None:
        values = metric.get("values") if isinstance(metric, dict) else None
        for name, number in _numbers(values):
            self._metrics.add(name)
            step = metric.get("step")
            self._add(
                name, (self._seen.get(name, 0) + 1 if step is None else step, number)
            )

    def _add(self, name: str, point: Point) -> None:
        points = self._points.setdefault(name, [])
        seen = self._seen[name] = self._seen.get(name, 0) + 1
        self._last[name] = point
        stride = self._strides.setdefault(name, 1)
        if (seen - 1) % stride == 0:
            points.append(point)
        if self._most is not None and len(points) > self._most:
            del points[1::2]
            self._strides[name] = stride * 2


def published(api: ServiceApi, job_id: str, *, after: int = 0) -> Iterator[list[Event]]:
    """Yield the events that there are by now, many at a time."""
    from program_runtime.client.stream import Event  # noqa: PLC0415 - after HTTP

    while True:
        page = api.events(job_id, after=after, limit=_PAGE)
        if not page["events"]:
            return
        yield [
            Event(
                entry["seq"],
                entry["time"],
                entry["type"],
                entry.get("data"),
                entry.get("blob"),
                entry.get("size"),
            )
            for entry in page["events"]
        ]
        after = page["events"][-1]["seq"]


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _numbers(
    value: Any, name: str = "", depth: int = _DEPTH
) -> Iterator[tuple[str, float]]:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if math.isfinite(value):
            yield name, value
    elif isinstance(value, dict) and _TAG not in value and depth:
        for key, inner in value.items():
            yield from _numbers(inner, f"{name}.{key}" if name else key, depth - 1)
