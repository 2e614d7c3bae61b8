"""What every store does with jobs that ran when the service ended, or was stopped."""

from dataclasses import replace

import pytest
from contract.store_samples import (
    a_blob_event,
    a_job,
    an_event,
    completed,
    ending,
    furnish,
    running_job,
)

from program_runtime.execution.events import EventType
from program_runtime.execution.outcome import JobStatus
from program_runtime.service.domain import JobQuery
from program_runtime.service.domain.lifecycle import MAX_ATTEMPTS


@pytest.fixture(autouse=True)
def furnished(store, ask):
    ask(furnish(store, "u_b"))


def kinds(store, ask, job_id):
    events = ask(store.events.read(job_id))
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    return [event.type for event in events]


def test_jobs_with_a_checkpoint_run_again_a_few_times(store, ask):
    job, _ = ask(store.jobs.submit(a_job()))
    for _ in range(MAX_ATTEMPTS):
        running = ask(store.jobs.claim())
        checkpoint = an_event(running.last_seq + 1, '{"at": 1}', EventType.CHECKPOINT)
        ask(store.events.append(job.id, [checkpoint]))
        (settled,) = ask(store.jobs.recover())
    assert settled.failure_code == "service_restarted"
    assert settled.attempts == MAX_ATTEMPTS
    again = ["status", "status", "checkpoint"] * MAX_ATTEMPTS
    assert kinds(store, ask, job.id) == [*again, "error", "status"]


def test_a_checkpoint_of_an_earlier_start_counts(store, ask):
    job = ask(running_job(store))
    ask(store.events.append(job.id, [an_event(3, "1", EventType.CHECKPOINT)]))
    ask(store.jobs.recover())
    ask(store.jobs.claim())
    (settled,) = ask(store.jobs.recover())
    assert (settled.status, settled.attempts) == (JobStatus.QUEUED, 2)


def test_a_checkpoint_in_the_blob_store_counts_and_is_kept(store, ask, tmp_path):
    job = ask(running_job(store))
    text = '"' + "x" * 100_000 + '"'
    event = replace(a_blob_event(3, tmp_path, text), type=EventType.CHECKPOINT)
    ask(store.events.append(job.id, [event]))
    (settled,) = ask(store.jobs.recover())
    assert settled.status is JobStatus.QUEUED
    assert ask(store.sweep(older_than_s=0)) == 0
    found = ask(store.events.latest(job.id, "checkpoint"))
    with store.test_blobs.open(found.blob_digest) as blob:
        assert blob.read().decode() == text


@pytest.mark.parametrize("settle", ["recover", "give_back"])
def test_a_job_that_was_to_be_cancelled_is_settled_so(store, ask, settle):
    job, _ = ask(store.jobs.submit(a_job(retry=True)))
    ask(store.jobs.claim())
    ask(store.jobs.cancel(job.id))
    (settled,) = ask(getattr(store.jobs, settle)([job.id]))
    assert settled == ask(store.jobs.get(job.id))
    assert settled.status is JobStatus.CANCELLED
    assert ask(store.jobs.claim()) is None


def test_jobs_whose_process_was_lost_are_settled_alone(store, ask):
    lost, _ = ask(store.jobs.submit(a_job(retry=True)))
    other, _ = ask(store.jobs.submit(a_job(retry=True)))
    ask(store.jobs.claim())
    running = ask(store.jobs.claim())
    (settled,) = ask(store.jobs.recover([lost.id, "job_absent"]))
    assert (settled.id, settled.status) == (lost.id, JobStatus.QUEUED)
    assert settled.attempts == 1  # it counts: it may have killed its keeper itself
    assert ask(store.jobs.get(other.id)) == running
    assert ask(store.jobs.recover([])) == []


def test_given_back_jobs_wait_again_as_if_they_had_not_been_started(store, ask):
    job, _ = ask(store.jobs.submit(a_job(retry=True)))
    other = ask(store.jobs.submit(a_job()))[0]
    for _ in range(MAX_ATTEMPTS + 1):
        assert ask(store.jobs.claim()).id == job.id
        (settled,) = ask(store.jobs.give_back([job.id, other.id, "job_absent"]))
        assert settled == ask(store.jobs.get(job.id))
        assert (settled.status, settled.attempts) == (JobStatus.QUEUED, 0)
        assert (settled.started, settled.isolation) == (None, None)
    assert ask(store.jobs.get(other.id)) == other


def test_a_given_back_job_that_may_not_run_again_fails(store, ask):
    begun, untouched = ask(running_job(store)), ask(running_job(store))
    (settled,) = ask(store.jobs.give_back([untouched.id], begun=False))
    assert settled.status is JobStatus.QUEUED
    (settled,) = ask(store.jobs.give_back([begun.id]))
    assert settled.failure_code == "service_restarted"
    assert ask(store.jobs.give_back([begun.id])) == []
    assert ask(store.jobs.give_back([])) == []


def test_a_clock_that_is_put_back_keeps_order_and_turns(store, ask, clock):
    ask(store.jobs.submit(a_job("u_a")))
    first = ask(store.jobs.claim())
    clock.tick(-3600)
    ask(store.jobs.finish(first.id, ending(3), completed()))
    ended = ask(store.jobs.get(first.id))
    assert ended.ended == ended.started
    for user in ("u_a", "u_b", "u_a", "u_b"):
        ask(store.jobs.submit(a_job(user)))
    served = []
    for _ in range(4):
        job = ask(store.jobs.claim())
        served.append(job.user)
        ask(store.jobs.finish(job.id, ending(3), completed()))
    assert served == ["u_b", "u_a", "u_b", "u_a"]
    in_order, _ = ask(store.jobs.find(JobQuery(oldest_first=True)))
    assert [job.user for job in in_order] == ["u_a", "u_a", "u_b", "u_a", "u_b"]
    assert [e.seq for e in ask(store.events.read(first.id))] == [1, 2, 3]
