"""What a job waits for before its program: told while it lasts, and left when cancelled."""

import asyncio
import json
from types import SimpleNamespace

from program_runtime.execution.control import JobControl
from program_runtime.service.preparation import Preparation


class Slow:
    """Environments of which one is built until the gate opens."""

    def __init__(self, there=False):
        self.there = there
        self.gate = asyncio.Event()

    def is_there(self, lock):
        return self.there

    def progress(self, lock):
        return SimpleNamespace(message="Building the environment: 1 package (a).")

    async def of(self, lock):
        if not self.there:
            await self.gate.wait()
        return "environment"


class Sink:
    def __init__(self):
        self.events = []
        self.heard = asyncio.Event()

    async def append(self, events):
        self.events += events
        self.heard.set()

    @property
    def told(self):
        return [(event.seq, json.loads(event.data)["reason"]) for event in self.events]


def run_of(sink):
    job = SimpleNamespace(id="job_1", last_seq=2)
    return SimpleNamespace(job=job, sink=sink, control=JobControl())


def test_a_job_tells_what_it_waits_for_and_when_that_is_over():
    async def scene():
        sink, slow = Sink(), Slow()
        preparation = Preparation(run_of(sink))
        waiting = asyncio.create_task(preparation.environment(slow, None))
        await sink.heard.wait()
        slow.gate.set()
        assert await waiting == "environment"
        assert sink.told == [(3, "Building the environment: 1 package (a)."), (4, None)]
        assert preparation.next_seq == 5

    asyncio.run(scene())


def test_a_job_whose_environment_is_there_says_nothing():
    async def scene():
        sink = Sink()
        preparation = Preparation(run_of(sink))
        assert await preparation.environment(Slow(there=True), None) == "environment"
        assert (sink.told, preparation.next_seq) == ([], 3)

    asyncio.run(scene())


def test_a_cancelled_job_waits_no_longer():
    async def scene():
        sink = Sink()
        run = run_of(sink)
        waiting = asyncio.create_task(Preparation(run).environment(Slow(), None))
        await sink.heard.wait()
        run.control.cancel()
        assert await asyncio.wait_for(waiting, 10) is None

    asyncio.run(scene())
