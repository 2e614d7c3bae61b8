"""A store that refuses: the job ends as storage, the runner lives."""

import json

from program_runtime.execution import EventType, JobStatus, MemorySink

ENDLESS = "def main(b, m):\n    while True: m.publish('x' * 100)"


class FullSink(MemorySink):
    """Takes some groups, then none; finishing works after so many attempts."""

    def __init__(self, *, appends=0, finish_failures=0):
        super().__init__()
        self._appends = appends
        self._finish_failures = finish_failures
        self.finish_attempts = 0

    async def append(self, events):
        if self._appends == 0:
            raise OSError(28, "No space left on device")
        self._appends -= 1
        await super().append(events)

    async def finish(self, events, outcome):
        self.finish_attempts += 1
        if self.finish_attempts <= self._finish_failures:
            raise OSError(28, "No space left on device")
        self.events.extend(events)
        self.outcome = outcome


def test_a_message_that_is_not_stored_ends_the_job(laboratory):
    sink = FullSink(appends=2)
    run = laboratory.run(ENDLESS, sink=sink)
    assert run.outcome.status is JobStatus.FAILED
    assert run.failure == (
        "storage",
        "A message was not stored: [Errno 28] No space left on device",
    )
    assert [event.seq for event in run.events] == list(range(1, len(run.events) + 1))
    assert [event.type for event in run.events[-2:]] == [
        EventType.ERROR,
        EventType.STATUS,
    ]
    assert sink.outcome == run.outcome
    assert laboratory.run("def main(b, m): return 1").result == 1


def test_blobs_that_are_not_stored_are_removed(laboratory):
    run = laboratory.run(
        "def main(b, m):\n    while True: m.publish('x' * 100_000)", sink=FullSink()
    )
    assert run.outcome.code == "storage"
    assert list(laboratory.spool.glob("payload-*")) == []


def test_finishing_is_tried_again(laboratory):
    sink = FullSink(appends=9, finish_failures=1)
    run = laboratory.run("def main(b, m): return 1", sink=sink)
    assert run.outcome.status is JobStatus.COMPLETED
    assert sink.finish_attempts == 2
    assert run.result == 1


def test_a_result_that_can_not_be_stored_becomes_storage(laboratory):
    sink = FullSink(appends=9, finish_failures=2)
    run = laboratory.run("def main(b, m): return 'x' * 100_000", sink=sink)
    assert run.failure == (
        "storage",
        "The result was not stored: [Errno 28] No space left on device",
    )
    assert json.loads(run.events[-1].data) == {"status": "Failed", "code": "storage"}
    assert [event.seq for event in run.events] == [1, 2]
    assert list(laboratory.spool.glob("payload-*")) == []


def test_a_failure_keeps_its_reason_when_its_last_events_are_lost(laboratory):
    sink = FullSink(appends=9, finish_failures=2)
    run = laboratory.run("def main(b, m): return 1 / 0", sink=sink)
    assert run.failure == ("program_error", "ZeroDivisionError: division by zero")


def test_a_store_that_takes_nothing_at_all_still_leaves_an_outcome(laboratory):
    sink = FullSink(finish_failures=99)
    run = laboratory.run("def main(b, m): return 1", sink=sink)
    assert run.outcome.code == "storage"
    assert run.events == []
    assert laboratory.run("def main(b, m): return 2").result == 2


def test_a_spool_that_is_full_ends_the_job(laboratory, monkeypatch):
    from program_runtime.execution import spool

    def refuse(*args, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(spool.tempfile, "NamedTemporaryFile", refuse)
    run = laboratory.run("def main(b, m): m.publish('x' * 100_000)")
    assert run.failure == (
        "storage",
        "A message was not stored: [Errno 28] No space left on device",
    )
