"""Events of a job on their way into a store that is held by another process."""

import asyncio
from types import SimpleNamespace

from program_runtime.errors import StorageBusyError
from program_runtime.execution.outcome import JobStatus, Outcome
from program_runtime.service.hub import Hub
from program_runtime.service.metrics import Metrics
from program_runtime.service.sink import StoreSink


class BusyStore:
    """Refuses some writes because another process holds the database."""

    def __init__(self, times):
        self.times = times
        self.events = self.jobs = self
        self.written = []

    async def append(self, _job_id, events):
        if self.times:
            self.times -= 1
            raise StorageBusyError("database is locked")
        self.written += events

    async def finish(self, job_id, events, _outcome, *, conditions):
        await self.append(job_id, events)


def sink_of(store):
    return StoreSink(store, Hub(), Metrics(), SimpleNamespace(id="job_1", user="u_a"))


def test_a_message_waits_until_the_database_is_free(monkeypatch, caplog):
    monkeypatch.setattr("program_runtime.service.sink._BUSY_PAUSE_S", 0)
    store = BusyStore(3)
    asyncio.run(sink_of(store).append(["a", "b"]))
    assert store.written == ["a", "b"]
    assert caplog.text.count("waits to be stored") == 1


def test_an_abandoned_sink_does_not_wait(monkeypatch):
    monkeypatch.setattr("program_runtime.service.sink._BUSY_PAUSE_S", 0)

    async def scenario():
        store = BusyStore(10**9)
        sink = sink_of(store)
        ending = asyncio.create_task(
            sink.finish([], Outcome(status=JobStatus.COMPLETED))
        )
        await asyncio.sleep(0.01)
        sink.abandoned = True
        await ending
        return sink.finished, store.written

    assert asyncio.run(scenario()) == (False, [])
