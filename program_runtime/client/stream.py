"""A job's events in order, each exactly once, whatever the network does."""

from __future__ import annotations

import json
import logging
import threading
from typing import TYPE_CHECKING, Any, NamedTuple

from program_runtime import errors
from program_runtime.client.job_states import FINAL_STATUSES
from program_runtime.client.outage import Outage
from program_runtime.client.roads import (
    PollRoad,
    RoadBroken,
    RoadImpossible,
    WebsocketRoad,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from program_runtime.client.api import ServiceApi
    from program_runtime.client.roads import Road

__all__ = ["FINAL_STATUSES", "Event", "EventStream"]

_logger = logging.getLogger(__name__)

_PATIENCE_S = 60.0
_FRUITLESS_CONNECTIONS = 3
"""So many websockets without a single event, and long polls take over."""


class Event(NamedTuple):
    """One entry of a job's log. A tuple: twenty thousand a second are made."""

    seq: int
    """Its place in the log, from 1, without gaps."""
    time: float
    """When the service stored it, in seconds since 1970."""
    type: str
    """One of status, interim, metric, checkpoint, log, result, error."""
    data: str | None
    """The payload's text, or None when it lies in a blob."""
    blob: str | None = None
    """The digest of a large payload."""
    size: int | None = None
    """The payload's bytes."""


class EventStream:
    """Iterate over a job's events, in order, each exactly once.

    A broken connection is resumed after the last event that came; where no
    websocket passes, long polls take over. The iteration ends with the event that
    makes the job final.

    Args:
        api: The service.
        job_id: The job.
        after: The last ``seq`` already known; 0 for all events.
        patience_s: How long the service may be away.
        road: The first way to try; a websocket, if not given.
    """

    def __init__(
        self,
        api: ServiceApi,
        job_id: str,
        *,
        after: int = 0,
        patience_s: float = _PATIENCE_S,
        road: Road | None = None,
    ) -> None:
        self._api = api
        self._job_id = job_id
        self._last = after
        self._final = False
        self._gap_after: int | None = None
        self._fruitless = 0
        self._closed = threading.Event()
        self._outage = Outage(patience_s, ended=self._closed)
        self._road: Road = road or WebsocketRoad(api, job_id)

    @property
    def last_seq(self) -> int:
        """The ``seq`` of the last event that was given out."""
        return self._last

    def __iter__(self) -> Iterator[Event]:
        for batch in self.batches():
            yield from batch

    def batches(self) -> Iterator[list[Event]]:
        """Yield events as they came together; cheaper than one by one.

        Raises:
            ServiceUnreachableError: The service was away for too long.
            RuntimeJobNotFound: There is no such job, or it is not yours to see.
        """
        while not (self._final or self._closed.is_set()):
            try:
                yield from self._travel()
            except RoadImpossible as err:
                _logger.info(
                    "No websocket for job %s (%s); polling.", self._job_id, err
                )
                self._change_road()
            except RoadBroken as err:
                self._rest(err)

    def close(self) -> None:
        """End the iteration, also from another thread."""
        self._closed.set()
        self._road.close()

    def _travel(self) -> Iterator[list[Event]]:
        """Yield what one connection brings, until it ends or breaks."""
        connected = False
        for frame in self._road.frames(self._last):
            self._outage.over()
            if not connected:
                connected = True
                self._fruitless += 1
            batch, gap = self._unseen(frame)
            if batch:
                self._fruitless = 0
                yield batch
            if gap:
                raise RoadBroken(gap)
            if self._final or self._closed.is_set():
                return
        if not self._closed.is_set():
            # Nothing is left after the last event, or the service closed too early.
            self._final = self._is_at_the_end()
            if not self._final:
                raise RoadBroken("the stream was closed before the job was final")

    def _unseen(self, frame: list[dict[str, Any]]) -> tuple[list[Event], str | None]:
        """The events of a frame that are new, in order; and what stopped it."""
        batch: list[Event] = []
        for entry in frame:
            seq = entry["seq"]
            if seq <= self._last:
                continue
            if seq != self._last + 1 and not self._accepts_gap(seq):
                return batch, f"event {seq} came after {self._last}"
            self._last = seq
            event = Event(
                seq,
                entry["time"],
                entry["type"],
                entry.get("data"),
                entry.get("blob"),
                entry.get("size"),
            )
            batch.append(event)
            if event.type == "status" and _is_final(event):
                self._final = True
        return batch, None

    def _accepts_gap(self, seq: int) -> bool:
        """Missing events are asked for once more; a log with a true hole goes on."""
        if self._gap_after != self._last:
            self._gap_after = self._last
            return False
        _logger.warning(
            "Job %s: events %d to %d are missing.",
            self._job_id,
            self._last + 1,
            seq - 1,
        )
        return True

    def _is_at_the_end(self) -> bool:
        try:
            page = self._api.events(self._job_id, after=self._last, limit=1)
        except errors.ServiceUnreachableError as err:
            raise RoadBroken(str(err)) from err
        return bool(page["final"]) and not page["events"]

    def _rest(self, error: RoadBroken) -> None:
        if self._closed.is_set():
            return
        _logger.debug("Events of job %s broke off: %s", self._job_id, error)
        if self._fruitless >= _FRUITLESS_CONNECTIONS:
            self._change_road()
        self._outage.wait(
            errors.ServiceUnreachableError(
                f"The events of job {self._job_id} from {self._api.url} broke off: "
                f"{error}.",
                hint="The job goes on; read it again with service.job(job_id).",
            )
        )

    def _change_road(self) -> None:
        self._road = PollRoad(self._api, self._job_id)


def _is_final(event: Event) -> bool:
    try:
        return json.loads(event.data or "{}").get("status") in FINAL_STATUSES
    except (ValueError, AttributeError):
        return False
