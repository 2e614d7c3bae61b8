"""Everything passes an observer unchanged, and requests for circuits are seen."""

import asyncio
import time

import pytest

from program_runtime.execution.broker.protocol import DeviceAnswer, DeviceRun
from toolkit.harness.observing_broker import ObservingBroker

RUN = DeviceRun(key="job/1", backend="lab", options={"shots": 5}, body=b"", pubs=2)
DONE = DeviceAnswer(state="done", circuits=1, shots=5)


class Inner:
    """Remembers its calls and answers each with what it was told."""

    def __init__(self):
        self.calls = []

    def __getattr__(self, name):
        async def method(*values):
            self.calls.append((name, *values))
            return DONE if name == "run" else name

        return method


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("devices", ()),
        ("describe", ("lab",)),
        ("cancel", ("job/1",)),
        ("unfinished", ()),
        ("abandon", ("job",)),
        ("close", ()),
    ],
)
def test_every_call_reaches_the_broker_behind(name, values):
    inner = Inner()
    observer = ObservingBroker(inner, lambda run, at: None)
    answer = asyncio.run(getattr(observer, name)(*values))

    assert inner.calls == [(name, *values)]
    assert answer in (name, None)


def test_a_request_is_seen_with_its_time_and_answered_as_it_was():
    inner, seen = Inner(), []
    observer = ObservingBroker(inner, lambda run, at: seen.append((run, at)))
    before = time.time()
    answer = asyncio.run(observer.run(RUN, print))

    assert answer is DONE
    assert inner.calls == [("run", RUN, print)]
    ((run, at),) = seen
    assert run is RUN
    assert before <= at <= time.time()


def test_a_request_that_fails_is_seen_too():
    seen = []

    class Failing:
        async def run(self, run, on_progress):
            raise RuntimeError("gone")

    observer = ObservingBroker(Failing(), lambda run, at: seen.append(run))
    with pytest.raises(RuntimeError, match="gone"):
        asyncio.run(observer.run(RUN, print))

    assert seen == [RUN]
