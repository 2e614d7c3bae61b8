"""What each step of a job's life changes and says."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from program_runtime.execution.outcome import JobStatus, Outcome, Usage
from program_runtime.service.domain import ConflictError, Inputs, NewJob, lifecycle
from program_runtime.service.domain.sequence import check_sequence

NOW = 1_800_000_000.25


def queued(**fields):
    defaults = {
        "user": "u_a",
        "program_id": "vqe",
        "version": "1.0.0",
        "backend": "aer_simulator",
        "inputs": Inputs(text="{}"),
    }
    job, _ = lifecycle.queue(NewJob(**(defaults | fields)), digest="sha256:0", now=NOW)
    return job


def running(**fields):
    return lifecycle.start(queued(**fields), isolation="reduced", now=NOW)[0]


def said(events):
    return [(event.seq, event.type, json.loads(event.data)) for event in events]


def test_a_queued_job_has_its_first_event():
    new = NewJob(
        user="u_a",
        program_id="vqe",
        version="1.0.0",
        backend="b",
        inputs=Inputs(digest="sha256:1"),
    )
    job, events = lifecycle.queue(new, digest="sha256:0", now=NOW)
    assert job.id == new.id
    assert job.created.timestamp() == NOW
    assert said(events) == [(1, "status", {"status": "Queued"})]
    assert (events[0].time, events[0].size) == (NOW, len(events[0].data))


def test_a_started_job_counts_its_attempts():
    job, events = lifecycle.start(queued(), isolation="none", now=NOW)
    assert (job.attempts, job.isolation, job.last_seq) == (1, "none", 2)
    assert said(events) == [(2, "status", {"status": "Running"})]
    with pytest.raises(ConflictError):
        lifecycle.start(job, isolation="none", now=NOW)


def test_a_running_job_is_not_cancelled_like_a_waiting_one():
    job, events = lifecycle.cancel(queued(), now=NOW)
    assert (job.status, job.ended.timestamp()) == (JobStatus.CANCELLED, NOW)
    assert said(events) == [(2, "status", {"status": "Cancelled"})]
    with pytest.raises(ConflictError):
        lifecycle.cancel(job, now=NOW)


def test_an_ended_job_keeps_usage_and_failure():
    outcome = Outcome(
        status=JobStatus.FAILED,
        code="memory",
        message="too much",
        usage=Usage(wall_s=1),
    )
    job = lifecycle.end(running(), outcome, last_seq=9, now=NOW)
    assert (job.status, job.last_seq) == (JobStatus.FAILED, 9)
    assert (job.failure_code, job.failure_message) == ("memory", "too much")
    assert job.usage["wall_s"] == 1
    with pytest.raises(ConflictError):
        lifecycle.end(job, outcome, last_seq=10, now=NOW)


def test_a_job_that_was_cut_off_says_why_it_failed():
    job, events = lifecycle.resettle(running(), has_checkpoint=False, now=NOW)
    assert (job.status, job.last_seq) == (JobStatus.FAILED, 4)
    assert [kind for _, kind, _ in said(events)] == ["error", "status"]
    assert said(events)[0][2] == {
        "code": "service_restarted",
        "message": "The service was restarted while the job was running. "
        "What it had published before is kept.",
        "traceback": None,
    }


@pytest.mark.parametrize(
    ("retry", "has_checkpoint"), [(True, False), (False, True), (True, True)]
)
def test_a_job_that_may_run_again_waits_again(retry, has_checkpoint):
    job, events = lifecycle.resettle(
        running(retry=retry), has_checkpoint=has_checkpoint, now=NOW
    )
    assert (job.status, job.started, job.isolation) == (JobStatus.QUEUED, None, None)
    assert said(events) == [(3, "status", {"status": "Queued"})]
    assert job.attempts == 1


def test_a_job_that_was_running_at_too_many_crashes_says_so():
    job = replace(running(retry=True), attempts=lifecycle.MAX_ATTEMPTS)
    failed, _ = lifecycle.resettle(job, has_checkpoint=True, now=NOW)
    assert (failed.status, failed.failure_code) == (
        JobStatus.FAILED,
        "service_restarted",
    )
    assert failed.failure_message.endswith(
        "This happened 3 times, so it is not started again."
    )


@pytest.mark.parametrize("retry", [True, False])
def test_a_job_that_was_to_be_cancelled_never_runs_again(retry):
    job = replace(running(retry=retry), cancel_requested=True)
    for step in (
        lifecycle.resettle(job, has_checkpoint=True, now=NOW),
        lifecycle.give_back(job, begun=True, has_checkpoint=True, now=NOW),
        lifecycle.give_back(job, begun=False, has_checkpoint=False, now=NOW),
    ):
        assert step[0].status is JobStatus.CANCELLED
        assert said(step[1]) == [(3, "status", {"status": "Cancelled"})]


@pytest.mark.parametrize("attempts", [1, lifecycle.MAX_ATTEMPTS])
def test_an_orderly_stop_does_not_count_against_a_job(attempts):
    job = replace(running(retry=True), attempts=attempts)
    given_back, events = lifecycle.give_back(
        job, begun=True, has_checkpoint=False, now=NOW
    )
    assert (given_back.status, given_back.attempts) == (JobStatus.QUEUED, attempts - 1)
    assert said(events) == [(3, "status", {"status": "Queued"})]


@pytest.mark.parametrize(
    ("begun", "status"), [(True, JobStatus.FAILED), (False, JobStatus.QUEUED)]
)
def test_a_job_that_may_not_run_again_is_given_back_only_unbegun(begun, status):
    job, _ = lifecycle.give_back(running(), begun=begun, has_checkpoint=False, now=NOW)
    assert job.status is status


def test_no_time_of_a_job_lies_before_an_earlier_one_when_the_clock_is_put_back():
    job = lifecycle.start(queued(), isolation=None, now=NOW - 3600)[0]
    assert job.started == job.created
    done = Outcome(status=JobStatus.COMPLETED)
    for ended in (
        lifecycle.end(job, done, last_seq=3, now=NOW - 7200),
        lifecycle.resettle(job, has_checkpoint=False, now=NOW - 7200)[0],
        lifecycle.cancel(queued(), now=NOW - 1)[0],
    ):
        assert ended.ended == job.created


@given(st.floats(0, 4e9), st.floats(0, 4e9))
def test_who_is_served_is_served_later_than_anyone_before(now, newest):
    assert lifecycle.served_at(now, newest) > newest


def test_tags_are_kept_once_and_in_order():
    assert queued(tags=("b", "a", "b")).tags == ("b", "a")


def test_inputs_are_a_text_or_a_digest():
    for fields in ({}, {"text": "{}", "digest": "sha256:0"}):
        with pytest.raises(ValueError, match="either a text or a digest, not both"):
            Inputs(**fields)


@given(st.integers(0, 10**12), st.integers(0, 50))
def test_numbers_that_go_on_are_taken(last, count):
    numbers = range(last + 1, last + 1 + count)
    assert check_sequence(last, numbers) == last + count


@given(st.integers(0, 100), st.lists(st.integers(0, 110), max_size=5))
def test_numbers_that_do_not_go_on_are_refused(last, numbers):
    if numbers == [last + 1 + at for at in range(len(numbers))]:
        assert check_sequence(last, numbers) == last + len(numbers)
        return
    with pytest.raises(ConflictError, match="the events do not go on: expected seq"):
        check_sequence(last, numbers)


def test_an_ended_job_keeps_the_conditions_it_ran_under():
    done = Outcome(status=JobStatus.COMPLETED)
    conditions = {"versions": {"qiskit": "2.3.0"}}
    job = lifecycle.end(running(), done, last_seq=3, now=NOW, conditions=conditions)
    assert job.conditions == conditions
