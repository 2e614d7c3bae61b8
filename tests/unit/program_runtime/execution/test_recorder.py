"""Numbers without gaps, groups, and what happens when storing fails."""

import asyncio

import pytest

from program_runtime.execution import Blob, EventType, MemorySink, Outcome
from program_runtime.execution.outcome import JobStatus
from program_runtime.execution.recorder import Recorder

DONE = Outcome(status=JobStatus.COMPLETED)


class GatedSink(MemorySink):
    """Stores when it is told to."""

    def __init__(self):
        super().__init__()
        self.gate = asyncio.Event()
        self.error = None

    async def append(self, events):
        await self.gate.wait()
        if self.error is not None:
            raise self.error
        await super().append(events)


def make(sink, first_seq=1):
    seen = []
    recorder = Recorder(
        sink,
        first_seq=first_seq,
        on_failure=seen.append,
        on_room=lambda: seen.append("room"),
    )
    return recorder, seen


async def until(condition):
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - the recorder announces nothing
            await asyncio.sleep(0)


def test_the_end_does_not_wait_for_a_group_to_gather():
    async def scenario():
        sink = GatedSink()
        sink.gate.set()
        recorder, _ = make(sink)
        recorder.record(EventType.INTERIM, "first")
        recorder.flush()
        await until(lambda: sink.batches == [1])
        recorder.record(EventType.INTERIM, "second")
        recorder.flush()
        await recorder.settle()
        assert sink.batches == [1]
        await recorder.finish([(EventType.STATUS, "end")], DONE)
        return sink

    sink = asyncio.run(scenario())
    assert [event.data for event in sink.events] == ["first", "second", "end"]
    assert [event.seq for event in sink.events] == [1, 2, 3]


def test_what_comes_while_a_group_is_stored_is_the_next_group():
    async def scenario():
        sink = GatedSink()
        recorder, seen = make(sink)
        for text in "abc":
            recorder.record(EventType.INTERIM, text)
            recorder.flush()
            await asyncio.sleep(0)
        sink.gate.set()
        await until(lambda: len(sink.batches) == 2)
        await recorder.settle()
        return sink, seen

    sink, seen = asyncio.run(scenario())
    assert sink.batches == [1, 2]
    assert [event.data for event in sink.events] == ["a", "b", "c"]
    assert [event.seq for event in sink.events] == [1, 2, 3]
    assert seen == ["room", "room"]


@pytest.mark.parametrize(("text", "count"), [("x", 16 * 1024), ("x" * 65536, 128)])
def test_it_is_full_at_a_number_or_a_size(text, count):
    async def scenario():
        recorder, _ = make(GatedSink())
        for _ in range(count - 1):
            recorder.record(EventType.INTERIM, text)
        almost = recorder.full
        recorder.record(EventType.INTERIM, text)
        return almost, recorder.full

    assert asyncio.run(scenario()) == (False, True)


def test_room_comes_back_when_a_group_is_taken():
    async def scenario():
        sink = GatedSink()
        recorder, _ = make(sink)
        for _ in range(16 * 1024):
            recorder.record(EventType.INTERIM, "x")
        recorder.flush()
        await asyncio.sleep(0)
        return recorder.full

    assert asyncio.run(scenario()) is False


def test_what_was_not_stored_gives_its_numbers_back(tmp_path):
    path = tmp_path / "payload"
    path.touch()

    async def scenario():
        sink = GatedSink()
        sink.gate.set()
        recorder, seen = make(sink, first_seq=5)
        recorder.record(EventType.INTERIM, "stored")
        recorder.flush()
        await until(lambda: seen == ["room"])
        sink.error = OSError("full")
        recorder.record(EventType.INTERIM, "lost")
        recorder.record(EventType.INTERIM, Blob(path=path, digest="d", size=1))
        recorder.flush()
        await until(lambda: len(seen) == 2)
        recorder.record(EventType.INTERIM, "too late")
        recorder.flush()
        await recorder.settle()
        recorder.forget()
        sink.error = None
        await recorder.finish([(EventType.STATUS, "end")], DONE)
        return sink, seen

    sink, seen = asyncio.run(scenario())
    assert [(event.seq, event.data) for event in sink.events] == [
        (5, "stored"),
        (6, "end"),
    ]
    assert [str(item) for item in seen] == ["room", "full"]
    assert not path.exists()


def test_finish_stores_the_rest_and_the_outcome_together():
    async def scenario():
        sink = MemorySink()
        recorder, _ = make(sink)
        untouched = recorder.untouched
        recorder.record(EventType.LOG, "rest", at=12.5)
        await recorder.finish([(EventType.STATUS, "end")], DONE)
        return sink, untouched, recorder.untouched

    sink, before, after = asyncio.run(scenario())
    assert (before, after) == (True, False)
    assert sink.batches == [2]
    assert sink.events[0].time == 12.5
    assert sink.outcome is DONE
