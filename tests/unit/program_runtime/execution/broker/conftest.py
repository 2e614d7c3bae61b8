"""Devices without hardware, and a bench whose programs reach one."""

import asyncio
import itertools
import json
import textwrap
import threading
from dataclasses import replace

import pytest
from qiskit.providers.fake_provider import GenericBackendV2

from program_runtime.backends.backend_device import BackendDevice
from program_runtime.backends.device import (
    DeviceStage,
    DeviceState,
    MaybeSubmittedError,
)
from program_runtime.execution import (
    EventType,
    JobControl,
    JobSpec,
    Limits,
    MemorySink,
    Runner,
)
from program_runtime.execution.broker.memory import InMemoryBroker

NAME = "lab_device"


class ScriptedDevice:
    """A device that does what a test tells it, and remembers what it was given."""

    def __init__(self, name=NAME):
        self.backend = GenericBackendV2(2, ["cx", "rz", "sx", "x"], seed=1)
        self.backend.name = name
        self.reset()

    def reset(self):
        self._inner = BackendDevice(self.backend)
        self.submitted = []
        self.cancelled = []
        self.states = []
        """Told first, one a look: states, or exceptions to raise."""
        self.hold = threading.Event()
        """Until it is set, every job is third in the queue."""
        self.hold.set()
        self.refusals = []
        """Raised first, each once."""
        self.lost_answers = 0
        """How many submissions arrive without an answer."""
        self.seconds = None
        self.options = None

    def submit(self, circuits, options, *, tag):
        if self.refusals:
            raise self.refusals.pop(0)
        self.options = options
        job_id = self._inner.submit(circuits, options, tag=tag)
        self.submitted.append((tag, job_id))
        if self.lost_answers:
            self.lost_answers -= 1
            raise MaybeSubmittedError("connection reset")
        return job_id

    def state(self, job_id):
        if job_id in self.cancelled:
            return DeviceState(stage=DeviceStage.CANCELLED)
        if self.states:
            state = self.states.pop(0)
            if isinstance(state, Exception):
                raise state
            return state
        if not self.hold.is_set():
            return DeviceState(stage=DeviceStage.QUEUED, position=3)
        return self._inner.state(job_id)

    def result(self, job_id):
        return replace(self._inner.result(job_id), qpu_s=self.seconds)

    def cancel(self, job_id):
        self.cancelled.append(job_id)

    def find(self, tag):
        return next((job for seen, job in self.submitted if seen == tag), None)


@pytest.fixture(scope="module")
def _device():
    return ScriptedDevice()


@pytest.fixture
def device(_device):
    _device.reset()
    yield _device
    _device.hold.set()


class Bench:
    """Runs programs on the device, each as a job of its own."""

    def __init__(self, folder, broker):
        self._folder = folder
        self._numbers = itertools.count()
        self.loop = asyncio.new_event_loop()
        self._runner = Runner(spool_dir=folder / "spool", pool_size=1, broker=broker)
        self.loop.run_until_complete(self._runner.start())

    def statuses(self):
        """Those of the job that runs now."""
        return statuses(self.sink.events)

    def run(self, source, *, meanwhile=None, job_id=None, limits=None, **more):
        number = next(self._numbers)
        root = self._folder / f"program{number}"
        root.mkdir()
        (root / "program.py").write_text(textwrap.dedent(source))
        spec = JobSpec(
            job_id=job_id or f"job_{number}",
            program_dir=root,
            inputs=b"{}",
            limits=Limits(**(limits or {})),
            **{"backend": NAME, "brokered": True, **more},
        )
        self.sink = sink = MemorySink()
        control = JobControl()

        async def both():
            other = asyncio.ensure_future(meanwhile(control)) if meanwhile else None
            outcome = await self._runner.run(spec, sink, control)
            if other is not None:
                await other
            return outcome

        outcome = self.loop.run_until_complete(asyncio.wait_for(both(), 60))
        return Report(outcome, sink.events)

    async def until(self, happened):
        """Look again and again: the other side knows no event loop."""
        while not happened():  # noqa: ASYNC110
            await asyncio.sleep(0.02)

    def close(self):
        self.loop.run_until_complete(self._runner.close())
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()


class Report:
    """What came of a job."""

    def __init__(self, outcome, events):
        self.outcome = outcome
        self.failure = outcome.code, outcome.message
        self.interim = [json.loads(text) for text in _texts(events, "interim")]
        self.statuses = statuses(events)
        self.log = "".join(_texts(events, "log"))
        self._results = _texts(events, "result")

    @property
    def result(self):
        assert self._results, self.outcome
        return json.loads(self._results[0])


def statuses(events):
    return [json.loads(text) for text in _texts(events, "status")]


def _texts(events, kind):
    return [event.data for event in events if event.type is EventType(kind)]


@pytest.fixture(scope="module")
def _bench(_device, tmp_path_factory):
    folder = tmp_path_factory.mktemp("bench")
    bench = Bench(folder, InMemoryBroker({NAME: _device}, folder))
    yield bench
    bench.close()


@pytest.fixture
def bench(_bench, device):
    return _bench
