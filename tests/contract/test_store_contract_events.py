"""What every store does with the events of jobs, and with blobs that they name."""

import asyncio

import pytest
from contract.store_samples import (
    a_blob_event,
    a_job,
    an_event,
    completed,
    digest_of,
    ending,
    furnish,
    running_job,
)

from program_runtime.execution.events import EventType
from program_runtime.service.domain import (
    ConflictError,
    Inputs,
    NotFoundError,
    StoredEvent,
)


@pytest.fixture
def job(store, ask):
    ask(furnish(store))
    return ask(running_job(store))


def numbers(events):
    return [event.seq for event in events]


def test_appended_events_are_read_as_they_were(store, ask, job):
    text = '{"energy": -1.857, "äöü": "\\u0000"}'
    ask(store.events.append(job.id, [an_event(3, text), an_event(4, "")]))
    first, second = ask(store.events.read(job.id, after=2))
    assert first == StoredEvent(3, first.time, "interim", text, None, len(text))
    assert first.time == an_event(3).time
    assert second.data == ""
    assert ask(store.events.last_seq(job.id)) == 4
    assert ask(store.jobs.get(job.id)).last_seq == 4


def test_appending_nothing_changes_nothing(store, ask, job):
    ask(store.events.append(job.id, []))
    assert ask(store.events.last_seq(job.id)) == 2


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([2], "expected seq 3, got 2"),
        ([4], "expected seq 3, got 4"),
        ([3, 3], "expected seq 4, got 3"),
        ([3, 5], "expected seq 4, got 5"),
        ([0], "expected seq 3, got 0"),
    ],
)
def test_gaps_and_doubles_are_refused_whole(store, ask, job, given, message):
    with pytest.raises(ConflictError, match=message) as caught:
        ask(store.events.append(job.id, [an_event(seq) for seq in given]))
    assert caught.value.reason == "event_sequence"
    assert ask(store.events.last_seq(job.id)) == 2
    assert numbers(ask(store.events.read(job.id))) == [1, 2]


def test_only_a_running_job_says_something(store, ask, job):
    waiting, _ = ask(store.jobs.submit(a_job()))
    ask(store.jobs.finish(job.id, ending(3), completed()))
    for job_id, seq in ((waiting.id, 2), (job.id, 4)):
        with pytest.raises(ConflictError, match="does not run") as caught:
            ask(store.events.append(job_id, [an_event(seq)]))
        assert caught.value.reason == "invalid_state"
        assert ask(store.events.last_seq(job_id)) == seq - 1


def test_unknown_jobs_have_no_events(store, ask):
    with pytest.raises(NotFoundError, match="there is no job job_absent"):
        ask(store.events.append("job_absent", [an_event(1)]))
    assert ask(store.events.read("job_absent")) == []
    assert ask(store.events.latest("job_absent", "result")) is None
    assert ask(store.events.last_seq("job_absent")) == 0


def test_a_reader_goes_on_after_a_number_and_in_pages(store, ask, job):
    ask(store.events.append(job.id, [an_event(seq) for seq in range(3, 3003)]))
    assert numbers(ask(store.events.read(job.id, after=3000))) == [3001, 3002]
    assert numbers(ask(store.events.read(job.id))) == list(range(1, 1001))
    assert numbers(ask(store.events.read(job.id, after=5, limit=2))) == [6, 7]
    assert ask(store.events.read(job.id, after=3002)) == []


def test_a_page_holds_no_more_than_fits_but_at_least_one(store, ask, job):
    events = [an_event(seq, "x" * 100) for seq in range(3, 10)]
    ask(store.events.append(job.id, events))
    read = store.events.read
    assert numbers(ask(read(job.id, after=2, max_bytes=250))) == [3, 4, 5]
    assert numbers(ask(read(job.id, after=2, max_bytes=1))) == [3]


def test_events_are_read_by_type(store, ask, job):
    kinds = [EventType.INTERIM, EventType.LOG, EventType.METRIC, EventType.INTERIM]
    events = [an_event(seq, kind=kind) for seq, kind in enumerate(kinds, 3)]
    ask(store.events.append(job.id, events))
    read = store.events.read
    assert numbers(ask(read(job.id, types={"interim"}))) == [3, 6]
    assert numbers(ask(read(job.id, types={"log", "metric"}, after=4))) == [5]
    assert numbers(ask(read(job.id, types={"interim"}, after=2, limit=1))) == [3]
    assert ask(store.events.latest(job.id, "interim")).seq == 6
    assert ask(store.events.latest(job.id, "result")) is None


def test_large_payloads_become_blobs(store, ask, job, tmp_path):
    event = a_blob_event(3, tmp_path, "large result")
    ask(store.jobs.finish(job.id, [event, *ending(4)], completed()))
    stored = ask(store.events.latest(job.id, "result"))
    assert stored.data is None
    assert (stored.blob_digest, stored.size) == (digest_of("large result"), 12)
    with store.test_blobs.open(stored.blob_digest) as file:
        assert file.read() == b"large result"
    assert not event.blob.path.exists()
    assert numbers(ask(store.events.read(job.id, max_bytes=1000))) == [1, 2, 3, 4]


def test_many_writers_at_once_lose_and_double_nothing(store, ask, job):
    async def write(job_id):
        for start in range(3, 103, 10):
            await store.events.append(
                job_id, [an_event(seq) for seq in range(start, start + 10)]
            )

    async def all_at_once():
        jobs = [job.id, *[(await running_job(store)).id for _ in range(7)]]
        await asyncio.gather(*map(write, jobs))
        return [numbers(await store.events.read(job_id)) for job_id in jobs]

    assert ask(all_at_once()) == [list(range(1, 103))] * 8


def test_sweeping_deletes_blobs_that_nothing_refers_to(
    store, ask, job, tmp_path, clock
):
    blobs = store.test_blobs
    for text in ("orphan", "inputs", "young", "bundle"):
        (tmp_path / text).write_text(text)
    for text in ("orphan", "inputs"):
        blobs.put_file(tmp_path / text, digest_of(text))
    inputs = Inputs(digest=digest_of("inputs"))
    ask(store.jobs.submit(a_job(inputs=inputs)))
    blobs.put_file(tmp_path / "bundle", digest_of("vqe@1.0.0"))
    ask(store.events.append(job.id, [a_blob_event(3, tmp_path, "event")]))
    clock.tick(7200)
    blobs.put_file(tmp_path / "young", digest_of("young"))
    assert ask(store.sweep()) == 1
    kept = ("inputs", "event", "young", "vqe@1.0.0")
    assert set(blobs.digests()) == {digest_of(text) for text in kept}
    assert ask(store.sweep(older_than_s=0)) == 1
    assert not blobs.exists(digest_of("young"))
