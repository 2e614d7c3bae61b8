"""What a caller gets of a run through a bad network, by the client's own rules."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from program_runtime.client.decoders import Decoders
from program_runtime.client.delivery import Delivery
from program_runtime.client.stream import EventStream
from toolkit.harness.event_log import EventLog
from toolkit.harness.faults import FaultPlan, FaultyRoad, read_faults
from toolkit.harness.lasting_import import import_qiskit_here

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from program_runtime.client.api import ServiceApi
    from program_runtime.client.decoders import Decoder
    from program_runtime.client.stream import Event
    from program_runtime.execution import Event as RunEvent
    from toolkit.harness.faults import Fault
    from toolkit.harness.run import HarnessRun

__all__ = ["BadNetwork", "Reception", "deliver"]

_JOB = "local"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reception:
    """What happened on the way, and what arrived."""

    hurt: Mapping[Fault, int]
    """How many events suffered each fault."""
    connections: int
    """How often the client connected."""
    sent: int
    """Events of the run."""
    arrived: tuple[int, ...]
    """Their ``seq``, as the client gave them out."""

    @property
    def ok(self) -> bool:
        """Whether each event arrived once, in order."""
        return self.arrived == tuple(range(1, self.sent + 1))


class BadNetwork:
    """Stands between a run and whoever watches it.

    Args:
        faults: Those to make.
        seed: The same seed hurts the same events.
        see: Called with each event that arrives, in another thread.
    """

    def __init__(
        self, faults: Collection[Fault], *, seed: int, see: Callable[[Event], None]
    ) -> None:
        self._log = EventLog()
        self._road = FaultyRoad(self._log, FaultPlan(faults, seed))
        self._see = see
        self._arrived: list[int] = []
        self._error: Exception | None = None
        import_qiskit_here()
        self._thread = threading.Thread(target=self._consume, name="bad-network")
        self._thread.start()

    def send(self, event: RunEvent) -> None:
        """Take the next event of the run."""
        self._log.append(event)

    def finish(self) -> Reception:
        """No more events will come: wait for the last to arrive.

        Raises:
            Exception: Whatever ``see`` raised.
        """
        self._log.close()
        self._thread.join()
        if self._error is not None:
            raise self._error
        return Reception(
            hurt=dict(self._road.hurt),
            connections=self._road.connections,
            sent=len(self._log),
            arrived=tuple(self._arrived),
        )

    def _consume(self) -> None:
        try:
            for event in _stream(self._log, self._road):
                self._arrived.append(event.seq)
                self._see(event)
        except Exception as error:  # noqa: BLE001 - raised again by finish()
            self._error = error


def deliver(
    run: HarnessRun,
    callback: Callable[[str, Any], Any],
    *,
    faults: Collection[str],
    seed: int = 0,
    result_decoder: Decoder | tuple[Decoder, Decoder] | None = None,
) -> Mapping[Fault, int]:
    """Give the results of a finished run to a callback, through a bad network.

    The callback is called as the client calls it: by the same code, in a thread of its
    own, once for each interim result and once for the final one.

    Args:
        run: Such as the fixture ``run_program`` returns.
        callback: As for ``service.run(..., callback=callback)``.
        faults: Of ``duplicate``, ``drop``, ``reorder``, ``disconnect``, ``slow``.
        seed: The same seed hurts the same events.
        result_decoder: As for ``service.run``.

    Returns:
        How many events suffered each fault.

    Raises:
        InvalidValueError: A fault has another name.
        Exception: The first that the callback raised, once all are delivered.
    """
    log = EventLog()
    for event in run.events:
        log.append(event)
    log.close()
    road = FaultyRoad(log, FaultPlan(read_faults(faults), seed))
    raised: list[Exception] = []

    def call(job_id: str, result: Any) -> None:
        try:
            callback(job_id, result)
        except Exception as error:  # noqa: BLE001 - raised again below
            raised.append(error)

    import_qiskit_here()
    decoders = Decoders.of(result_decoder)
    delivery = Delivery(
        _as_service(log), _JOB, call, decoders, stream=_stream(log, road)
    )
    delivery.start()
    delivery.wait()
    if raised:
        raise raised[0]
    return dict(road.hurt)


def _stream(log: EventLog, road: FaultyRoad) -> EventStream:
    return EventStream(_as_service(log), _JOB, road=road)


def _as_service(log: EventLog) -> ServiceApi:
    """All that a stream asks of a service is ``events()`` and ``url``."""
    return cast("ServiceApi", log)
