"""What every store does with jobs."""

import json
from dataclasses import asdict, replace

import pytest
from contract.store_samples import (
    a_job,
    a_release,
    an_event,
    completed,
    digest_of,
    ending,
    furnish,
    running_job,
)

from program_runtime.execution.outcome import JobStatus, Outcome, Usage
from program_runtime.service.domain import (
    ConflictError,
    Inputs,
    JobQuery,
    NotFoundError,
    UsageSum,
)
from program_runtime.service.domain.lifecycle import MAX_ATTEMPTS


@pytest.fixture(autouse=True)
def furnished(store, ask):
    ask(furnish(store, "u_b", "u_c"))


def log(store, ask, job_id):
    events = ask(store.events.read(job_id))
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    return [(event.type, json.loads(event.data)) for event in events]


def claimed_users(store, ask, clock, count):
    found = []
    for _ in range(count):
        clock.tick()
        found.append(ask(store.jobs.claim()).user)
    return found


# Submitting


def test_a_submitted_job_waits_with_its_inputs_and_first_event(store, ask, clock):
    new = a_job(options={"shots": 100, "log_level": "INFO"}, tags=("b", "a", "b"))
    job, created = ask(store.jobs.submit(new))
    assert created
    assert job.status is JobStatus.QUEUED
    assert job.digest == a_release().digest
    assert job.created.timestamp() == clock.now
    assert job.options == {"shots": 100, "log_level": "INFO"}
    assert job.tags == ("b", "a")
    assert (job.last_seq, job.attempts, job.session_id) == (1, 0, None)
    assert ask(store.jobs.get(job.id)) == job
    assert ask(store.jobs.inputs(job.id)) == new.inputs
    assert log(store, ask, job.id) == [("status", {"status": "Queued"})]


def test_a_session_that_a_job_starts_has_the_id_of_the_job(store, ask):
    first, _ = ask(store.jobs.submit(a_job(start_session=True)))
    second, _ = ask(store.jobs.submit(a_job(session_id=first.id)))
    assert (first.session_id, second.session_id) == (first.id, first.id)


def test_the_same_key_of_the_same_user_gives_the_first_answer(store, ask):
    first, _ = ask(store.jobs.submit(a_job(), idempotency_key="k"))
    assert ask(store.jobs.submit(a_job(), idempotency_key="k")) == (first, False)
    _, created = ask(store.jobs.submit(a_job("u_b"), idempotency_key="k"))
    assert created
    assert ask(store.jobs.find(JobQuery()))[1] == 2


def test_a_repeated_key_finds_the_job_as_it_is_now(store, ask):
    ask(store.jobs.submit(a_job(), idempotency_key="k"))
    running = ask(store.jobs.claim())
    ask(store.programs.delete("vqe"))
    assert ask(store.jobs.submit(a_job(), idempotency_key="k")) == (running, False)


@pytest.mark.parametrize(
    ("fields", "kind", "message"),
    [
        ({"user": "u_z"}, "user", "there is no user u_z"),
        ({"version": "2.0.0"}, "release", r"there is no release vqe@2\.0\.0"),
        ({"program_id": "qaoa"}, "release", r"there is no release qaoa@1\.0\.0"),
        (
            {"inputs": Inputs(digest=digest_of("x"))},
            "blob",
            "there is no blob sha256:2d71",
        ),
    ],
)
def test_a_job_needs_what_it_refers_to(store, ask, fields, kind, message):
    with pytest.raises(NotFoundError, match=message) as caught:
        ask(store.jobs.submit(a_job(**fields)))
    assert caught.value.kind == kind
    assert ask(store.jobs.find(JobQuery()))[1] == 0


def test_large_inputs_are_a_blob(store, ask, tmp_path):
    (tmp_path / "inputs").write_text("large")
    store.test_blobs.put_file(tmp_path / "inputs", digest_of("large"))
    inputs = Inputs(digest=digest_of("large"))
    job, _ = ask(store.jobs.submit(a_job(inputs=inputs)))
    assert ask(store.jobs.inputs(job.id)) == inputs
    assert ask(store.jobs.inputs("job_absent")) is None


# Claiming


def test_a_claimed_job_runs_and_says_so(store, ask, clock):
    job, _ = ask(store.jobs.submit(a_job()))
    clock.tick()
    claimed = ask(store.jobs.claim(isolation="reduced"))
    assert (claimed.id, claimed.status) == (job.id, JobStatus.RUNNING)
    assert (claimed.attempts, claimed.isolation) == (1, "reduced")
    assert claimed.started.timestamp() == clock.now
    assert claimed.last_seq == 2
    assert ask(store.jobs.get(job.id)) == claimed
    assert log(store, ask, job.id)[-1] == ("status", {"status": "Running"})
    assert ask(store.jobs.claim()) is None


def test_the_oldest_job_of_a_user_comes_first(store, ask):
    submitted = [ask(store.jobs.submit(a_job()))[0].id for _ in range(3)]
    assert [ask(store.jobs.claim()).id for _ in range(3)] == submitted


def test_the_user_with_the_fewest_running_jobs_is_next(store, ask, clock):
    for user in ("u_a", "u_a", "u_a", "u_b", "u_c"):
        ask(store.jobs.submit(a_job(user)))
    assert claimed_users(store, ask, clock, 5) == ["u_a", "u_b", "u_c", "u_a", "u_a"]


def test_fewer_running_jobs_count_more_than_a_longer_wait(store, ask, clock):
    for user in ("u_a", "u_a", "u_b"):
        ask(store.jobs.submit(a_job(user)))
        clock.tick()
        ask(store.jobs.claim())
    for user in ("u_a", "u_b"):
        ask(store.jobs.submit(a_job(user)))
    assert claimed_users(store, ask, clock, 2) == ["u_b", "u_a"]


def test_among_equals_the_user_served_longest_ago_is_next(store, ask, clock):
    jobs = {"u_a": [], "u_b": []}
    for user in ("u_a", "u_a", "u_a", "u_b", "u_b"):
        jobs[user].append(ask(store.jobs.submit(a_job(user)))[0].id)
    served = []
    for _ in range(5):
        clock.tick()
        job = ask(store.jobs.claim())
        served.append(job.user)
        ask(store.jobs.finish(job.id, ending(3), completed()))
    assert served == ["u_a", "u_b", "u_a", "u_b", "u_a"]


def test_nothing_is_claimed_above_the_limit_of_running_jobs(store, ask):
    for user in ("u_a", "u_b"):
        ask(store.jobs.submit(a_job(user)))
    assert ask(store.jobs.claim(running_limit=0)) is None
    assert ask(store.jobs.claim(running_limit=1)) is not None
    assert ask(store.jobs.claim(running_limit=1)) is None
    assert ask(store.jobs.claim(running_limit=2)) is not None


def test_waiting_jobs_are_counted_by_backend(store, ask):
    for backend in ("aer_simulator", "aer_simulator", "fake_manila"):
        ask(store.jobs.submit(a_job(backend=backend)))
    ask(store.jobs.claim())
    counts = ask(store.jobs.queued_by_backend())
    assert counts == {"aer_simulator": 1, "fake_manila": 1}


# Ending


def test_a_finished_job_keeps_its_outcome(store, ask, clock):
    job = ask(running_job(store))
    clock.tick()
    outcome = Outcome(
        status=JobStatus.FAILED,
        code="program_error",
        message="ValueError: no",
        traceback="line 3",
    )
    events = [an_event(3), *ending(4, JobStatus.FAILED)]
    assert ask(store.jobs.finish(job.id, events, outcome))
    ended = ask(store.jobs.get(job.id))
    assert (ended.status, ended.last_seq) == (JobStatus.FAILED, 4)
    assert ended.failure_code == "program_error"
    assert (ended.failure_message, ended.traceback) == ("ValueError: no", "line 3")
    assert ended.usage == asdict(outcome.usage)
    assert ended.ended.timestamp() == clock.now
    assert ended.started == job.started


def used(store, ask, user, *, qpu_s, shots=0, status=JobStatus.COMPLETED, **fields):
    """Have a job run to its end; returns it."""
    job = ask(running_job(store, user, **fields))
    usage = Usage(wall_s=2.5, cpu_s=1.5, circuits=1, shots=shots, qpu_s=qpu_s)
    outcome = Outcome(status=status, usage=usage)
    assert ask(store.jobs.finish(job.id, ending(3), outcome))
    return job


def test_what_the_jobs_of_a_user_and_of_all_used_is_added_up(store, ask, clock):
    since = clock.tick()
    used(store, ask, "u_a", qpu_s=0.25, shots=3 * 10**9)
    used(store, ask, "u_a", qpu_s=1.0, shots=1)
    used(store, ask, "u_b", qpu_s=4.0)
    assert ask(store.jobs.usage(user="u_a", since=since)) == UsageSum(
        jobs=2, wall_s=5.0, cpu_s=3.0, qpu_s=1.25, circuits=2, shots=3 * 10**9 + 1
    )
    everyone = ask(store.jobs.usage(user=None, since=since))
    assert (everyone.jobs, everyone.qpu_s) == (3, 5.25)
    assert ask(store.jobs.usage(user="u_c", since=since)) == UsageSum()


def test_a_job_counts_from_when_it_ended_and_not_from_when_it_began(store, ask, clock):
    used(store, ask, "u_a", qpu_s=1.0)
    job = ask(running_job(store))
    since = clock.tick()
    assert ask(store.jobs.finish(job.id, ending(3), completed()))
    assert ask(store.jobs.usage(user="u_a", since=since)) == UsageSum(
        jobs=1, wall_s=2.0, cpu_s=1.5
    )


def test_what_waits_runs_or_left_no_measure_used_nothing(store, ask, clock):
    since = clock.tick()
    ask(running_job(store))
    ask(store.jobs.recover())
    ask(running_job(store))
    cancelled, _ = ask(store.jobs.submit(a_job()))
    ask(store.jobs.cancel(cancelled.id))
    ask(store.jobs.submit(a_job()))
    assert ask(store.jobs.usage(user=None, since=since)) == UsageSum()


def test_the_newest_jobs_of_a_release_on_a_backend_tell_what_the_next_will_use(
    store, ask
):
    waiting, _ = ask(store.jobs.submit(a_job(backend="device")))
    assert ask(store.jobs.mean_qpu_s(waiting, newest=2)) is None
    ask(store.jobs.cancel(waiting.id))
    for qpu_s in (9.0, 1.0, 3.0):
        used(store, ask, "u_b", qpu_s=qpu_s, backend="device")
    used(store, ask, "u_a", qpu_s=50.0, backend="device", status=JobStatus.FAILED)
    used(store, ask, "u_a", qpu_s=70.0, backend="another")
    ask(store.programs.publish(a_release(version="1.1.0"), owner="u_a", description=""))
    used(store, ask, "u_a", qpu_s=80.0, backend="device", version="1.1.0")
    assert ask(store.jobs.mean_qpu_s(waiting, newest=2)) == 2.0
    assert ask(store.jobs.mean_qpu_s(waiting, newest=20)) == pytest.approx(13 / 3)


def test_a_final_job_is_not_finished_again(store, ask):
    job = ask(running_job(store))
    assert ask(store.jobs.finish(job.id, ending(3), completed()))
    ended = ask(store.jobs.get(job.id))
    cancelled = Outcome(status=JobStatus.CANCELLED)
    assert not ask(store.jobs.finish(job.id, ending(4), cancelled))
    assert ask(store.jobs.get(job.id)) == ended
    assert ask(store.events.last_seq(job.id)) == 3


def test_a_job_that_waits_is_not_finished(store, ask):
    job, _ = ask(store.jobs.submit(a_job()))
    with pytest.raises(
        ConflictError, match="the job does not run: expected Running, got Queued"
    ) as caught:
        ask(store.jobs.finish(job.id, ending(2), completed()))
    assert caught.value.reason == "invalid_state"


def test_a_job_does_not_end_as_running(store, ask):
    job = ask(running_job(store))
    with pytest.raises(
        ConflictError, match="one of Cancelled, Completed, Failed, got Running"
    ):
        ask(store.jobs.finish(job.id, [], Outcome(status=JobStatus.RUNNING)))


def test_last_events_that_do_not_go_on_are_refused(store, ask):
    job = ask(running_job(store))
    with pytest.raises(ConflictError, match="expected seq 3, got 4") as caught:
        ask(store.jobs.finish(job.id, ending(4), completed()))
    assert caught.value.reason == "event_sequence"
    assert ask(store.jobs.get(job.id)) == job


def test_a_waiting_job_is_cancelled_at_once(store, ask, clock):
    job, _ = ask(store.jobs.submit(a_job()))
    clock.tick()
    assert ask(store.jobs.cancel(job.id)) is JobStatus.QUEUED
    cancelled = ask(store.jobs.get(job.id))
    assert cancelled.status is JobStatus.CANCELLED
    assert cancelled.ended.timestamp() == clock.now
    assert log(store, ask, job.id)[-1] == ("status", {"status": "Cancelled"})
    assert ask(store.jobs.claim()) is None
    assert ask(store.jobs.cancel(job.id)) is JobStatus.CANCELLED
    assert ask(store.jobs.get(job.id)) == cancelled


def test_that_a_running_job_is_to_end_is_kept_until_it_has_ended(store, ask):
    job = ask(running_job(store))
    assert ask(store.jobs.cancel(job.id)) is JobStatus.RUNNING
    noted = replace(job, cancel_requested=True)
    assert ask(store.jobs.get(job.id)) == noted
    assert ask(store.jobs.cancel(job.id)) is JobStatus.RUNNING
    assert ask(store.jobs.finish(job.id, ending(3), completed()))
    assert ask(store.jobs.get(job.id)).status is JobStatus.COMPLETED


def test_only_final_jobs_are_deleted_and_with_all_they_had(store, ask):
    job = ask(running_job(store, tags=("a",)))
    with pytest.raises(ConflictError, match=r"expected one of .*, got Running"):
        ask(store.jobs.delete(job.id))
    ask(store.jobs.finish(job.id, ending(3), completed()))
    ask(store.jobs.delete(job.id))
    assert ask(store.jobs.get(job.id)) is None
    assert ask(store.jobs.inputs(job.id)) is None
    assert ask(store.events.read(job.id)) == []
    assert ask(store.jobs.find(JobQuery(tags=("a",)))) == ([], 0)


def test_unknown_jobs_are_not_found(store, ask):
    assert ask(store.jobs.get("job_absent")) is None
    for change in (
        store.jobs.cancel("job_absent"),
        store.jobs.finish("job_absent", [], completed()),
        store.jobs.set_tags("job_absent", ["a"]),
        store.jobs.delete("job_absent"),
    ):
        with pytest.raises(NotFoundError, match="there is no job job_absent") as caught:
            ask(change)
        assert caught.value.kind == "job"


# Starting again


def test_jobs_that_ran_when_the_service_ended_fail_and_say_why(store, ask, clock):
    job = ask(running_job(store))
    ask(store.events.append(job.id, [an_event(3)]))
    clock.tick()
    (settled,) = ask(store.jobs.recover())
    assert settled == ask(store.jobs.get(job.id))
    assert settled.status is JobStatus.FAILED
    assert settled.failure_code == "service_restarted"
    assert settled.ended.timestamp() == clock.now
    assert log(store, ask, job.id)[2:] == [
        ("interim", 1),
        (
            "error",
            {
                "code": "service_restarted",
                "message": settled.failure_message,
                "traceback": None,
            },
        ),
        ("status", {"status": "Failed", "code": "service_restarted"}),
    ]
    assert "restarted while the job was running" in settled.failure_message


def test_jobs_marked_retry_run_again_a_few_times(store, ask):
    job, _ = ask(store.jobs.submit(a_job(retry=True)))
    for attempt in range(1, MAX_ATTEMPTS):
        assert ask(store.jobs.claim()).attempts == attempt
        (settled,) = ask(store.jobs.recover())
        assert (settled.status, settled.started) == (JobStatus.QUEUED, None)
    assert ask(store.jobs.claim()).attempts == MAX_ATTEMPTS
    (settled,) = ask(store.jobs.recover())
    assert settled.failure_code == "service_restarted"
    statuses = [
        data["status"] for kind, data in log(store, ask, job.id) if kind == "status"
    ]
    assert statuses == [*["Queued", "Running"] * MAX_ATTEMPTS, "Failed"]


def test_what_waits_or_is_final_is_left_alone(store, ask):
    done = ask(running_job(store))
    ask(store.jobs.finish(done.id, ending(3), completed()))
    ask(store.jobs.submit(a_job()))
    before = ask(store.jobs.find(JobQuery()))
    assert ask(store.jobs.recover()) == []
    assert ask(store.jobs.find(JobQuery())) == before


def test_a_job_that_need_not_wait_is_taken_with_its_submission(store, ask):
    new = a_job()
    job, created, taken = ask(store.jobs.submit_and_claim(new, isolation="strong"))
    assert created
    assert job.status is JobStatus.QUEUED
    assert taken.id == job.id
    assert taken.status is JobStatus.RUNNING
    assert taken.isolation == "strong"
    assert ask(store.jobs.get(job.id)) == taken
    assert ask(store.jobs.claim()) is None


def test_another_job_may_be_the_one_whose_turn_it_is(store, ask):
    first, _ = ask(store.jobs.submit(a_job()))
    second, _, taken = ask(store.jobs.submit_and_claim(a_job()))
    assert taken.id == first.id
    assert ask(store.jobs.claim()).id == second.id


def test_an_earlier_submission_takes_no_job(store, ask):
    first, _ = ask(store.jobs.submit(a_job(), idempotency_key="k"))
    answer = ask(store.jobs.submit_and_claim(a_job(), idempotency_key="k"))
    assert answer == (first, False, None)
    assert ask(store.jobs.claim()).id == first.id


def test_who_is_refused_takes_no_job(store, ask):
    waiting, _ = ask(store.jobs.submit(a_job()))
    with pytest.raises(NotFoundError):
        ask(store.jobs.submit_and_claim(a_job("nobody")))
    assert ask(store.jobs.claim()).id == waiting.id


def test_a_job_that_has_to_wait_for_its_session_is_not_taken(store, ask):
    first, _ = ask(store.jobs.submit(a_job(start_session=True)))
    ask(store.jobs.claim())
    new = a_job(session_id=first.id)
    job, created, taken = ask(store.jobs.submit_and_claim(new))
    assert (job.status, created, taken) == (JobStatus.QUEUED, True, None)
