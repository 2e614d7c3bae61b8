"""What every store does with sessions."""

import pytest
from contract.store_samples import (
    BEGINNING,
    a_job,
    a_session,
    completed,
    ending,
    furnish,
)

from program_runtime.execution.outcome import JobStatus, Outcome
from program_runtime.service.domain import (
    ConflictError,
    JobQuery,
    NotFoundError,
    SessionMode,
    SessionQuery,
    SessionState,
)


@pytest.fixture(autouse=True)
def furnished(store, ask):
    ask(furnish(store, "u_b"))


@pytest.fixture
def session(store, ask):
    return ask(store.sessions.add(a_session()))


def state(store, ask, session):
    return ask(store.sessions.get(session.id)).state


def submit(store, ask, session, user="u_a", **fields):
    return ask(store.jobs.submit(a_job(user, session_id=session.id, **fields)))[0]


def finish(store, ask, job, status=JobStatus.COMPLETED):
    seq = ask(store.events.last_seq(job.id)) + 1
    outcome = Outcome(status=status)
    assert ask(store.jobs.finish(job.id, ending(seq, status), outcome))


def one_job(store, ask, session):
    """Let a session have a job that is done."""
    job = submit(store, ask, session)
    assert ask(store.jobs.claim()).id == job.id
    finish(store, ask, job)
    return job


# Opening


def test_an_opened_session_is_what_was_asked_for(store, ask, clock):
    new = a_session(
        mode=SessionMode.BATCH, backend="fake_manila", interactive_ttl_s=0.5
    )
    session = ask(store.sessions.add(new))
    assert (session.id, session.user, session.mode) == (new.id, "u_a", "batch")
    assert (session.backend, session.max_ttl_s) == ("fake_manila", 3600.0)
    assert (session.interactive_ttl_s, session.accepting_jobs) == (0.5, True)
    assert session.created.timestamp() == clock.now
    assert (session.activated, session.closed, session.busy) == (None, None, False)
    assert session.state is SessionState.OPEN
    assert ask(store.sessions.get(session.id)) == session
    assert ask(store.sessions.get("session_absent")) is None


def test_a_session_is_that_of_a_user(store, ask):
    with pytest.raises(NotFoundError, match="there is no user u_z") as caught:
        ask(store.sessions.add(a_session("u_z")))
    assert caught.value.kind == "user"


def test_a_job_can_begin_a_session_of_its_own_id(store, ask):
    job, _ = ask(store.jobs.submit(a_job(start_session=True)))
    session = ask(store.sessions.get(job.id))
    assert (job.session_id, session.id, session.busy) == (job.id, job.id, True)
    assert (session.user, session.state) == ("u_a", SessionState.OPEN)
    joined = submit(store, ask, session)
    assert joined.session_id == job.id


def test_a_repeated_submission_begins_no_second_session(store, ask):
    new = a_job(start_session=True)
    first, _ = ask(store.jobs.submit(new, idempotency_key="k"))
    again = a_job(start_session=True)
    assert ask(store.jobs.submit(again, idempotency_key="k")) == (first, False)
    assert ask(store.sessions.find(SessionQuery()))[1] == 1


def test_a_user_has_only_so_many_open_sessions(store, ask):
    first = ask(store.sessions.add(a_session(most=2)))
    ask(store.jobs.submit(a_job(start_session=True)))
    words = r"u_a has 2 open sessions, and may have 2\."
    with pytest.raises(ConflictError, match=words) as caught:
        ask(store.sessions.add(a_session(most=2)))
    assert caught.value.reason == "too_many_sessions"
    job = a_job()
    job = a_job(id=job.id, opens=a_session(id=job.id, most=2))
    with pytest.raises(ConflictError, match=words):
        ask(store.jobs.submit(job))
    assert ask(store.jobs.get(job.id)) is None
    ask(store.sessions.add(a_session("u_b", most=2)))
    ask(store.sessions.close(first.id))
    ask(store.sessions.add(a_session(most=2)))


# Joining


def test_only_the_user_of_a_session_joins_it(store, ask, session):
    for user, session_id in (("u_b", session.id), ("u_a", "session_absent")):
        words = f"There is no session {session_id}"
        with pytest.raises(NotFoundError, match=words) as caught:
            ask(store.jobs.submit(a_job(user, session_id=session_id)))
        assert caught.value.kind == "session"
    assert ask(store.jobs.find(JobQuery()))[1] == 0


def test_a_closed_session_takes_no_job(store, ask, session):
    ask(store.sessions.close(session.id))
    with pytest.raises(
        ConflictError, match=r"is closed since 2027-01-15 08:00:00 UTC\. Open"
    ) as caught:
        submit(store, ask, session)
    assert caught.value.reason == "session_closed"
    assert caught.value.hint == "Open a new session for further jobs."
    assert ask(store.jobs.find(JobQuery()))[1] == 0


def test_a_session_whose_time_is_over_takes_no_job_even_if_nobody_closed_it(
    store, ask, clock, session
):
    one_job(store, ask, session)
    clock.tick(300)
    with pytest.raises(
        ConflictError,
        match="is over: its last job ended at 2027-01-15 08:00:00 UTC, and its "
        "interactive_ttl of 300 s ended at 2027-01-15 08:05:00 UTC",
    ):
        submit(store, ask, session)


def test_a_session_for_one_backend_takes_no_job_for_another(store, ask):
    session = ask(store.sessions.add(a_session(backend="fake_manila")))
    with pytest.raises(
        ConflictError,
        match="is for the backend fake_manila, and the job is for aer_simulator",
    ) as caught:
        submit(store, ask, session)
    assert caught.value.reason == "session_backend"
    for name in ("fake_manila", "mock_manila"):
        submit(store, ask, session, backend=name)


# States


def test_a_session_is_active_while_a_job_of_it_waits_or_runs(
    store, ask, clock, session
):
    first = submit(store, ask, session)
    assert state(store, ask, session) == "open"
    began = clock.tick()
    ask(store.jobs.claim())
    assert state(store, ask, session) == "active"
    second = submit(store, ask, session)
    clock.tick()
    finish(store, ask, first)
    assert state(store, ask, session) == "active"
    ended = clock.tick()
    assert ask(store.jobs.claim()).id == second.id
    finish(store, ask, second)
    idle = ask(store.sessions.get(session.id))
    assert (idle.state, idle.busy) == ("inactive", False)
    assert (idle.activated, idle.last_job_started) == (began, ended)
    assert idle.last_job_completed == ended
    submit(store, ask, session)
    assert state(store, ask, session) == "active"


def test_a_session_that_takes_no_more_jobs_is_closed_after_its_last_one(
    store, ask, clock, session
):
    jobs = [submit(store, ask, session) for _ in range(3)]
    ask(store.jobs.claim())
    changed = ask(store.sessions.set_accepting(session.id, accepting=False))
    assert (changed.accepting_jobs, changed.state) == (False, "active")
    with pytest.raises(ConflictError, match="takes no further jobs: it is closed when"):
        submit(store, ask, session)
    finish(store, ask, jobs[0])
    assert ask(store.jobs.claim()).id == jobs[1].id
    assert ask(store.jobs.cancel(jobs[2].id))
    assert state(store, ask, session) == "active"
    at = clock.tick()
    finish(store, ask, jobs[1], JobStatus.FAILED)
    closed = ask(store.sessions.get(session.id))
    assert (closed.state, closed.closed) == ("closed", at)


def test_a_session_without_jobs_is_closed_as_soon_as_it_takes_none(store, ask, session):
    assert ask(store.sessions.set_accepting(session.id, accepting=True)) == session
    changed = ask(store.sessions.set_accepting(session.id, accepting=False))
    assert (changed.state, changed.accepting_jobs) == ("closed", False)
    again = ask(store.sessions.set_accepting(session.id, accepting=False))
    assert again == changed
    with pytest.raises(ConflictError, match="is closed since") as caught:
        ask(store.sessions.set_accepting(session.id, accepting=True))
    assert caught.value.reason == "session_closed"


def test_a_session_takes_jobs_again_while_it_has_some(store, ask, session):
    submit(store, ask, session)
    ask(store.sessions.set_accepting(session.id, accepting=False))
    with pytest.raises(ConflictError):
        submit(store, ask, session)
    changed = ask(store.sessions.set_accepting(session.id, accepting=True))
    assert (changed.state, changed.accepting_jobs) == ("open", True)
    assert submit(store, ask, session).session_id == session.id


# Closing


def test_closing_cancels_what_waits_and_lets_go_on_what_runs(
    store, ask, clock, session
):
    running, *waiting = [submit(store, ask, session) for _ in range(3)]
    bystander, _ = ask(store.jobs.submit(a_job()))
    ask(store.jobs.claim())
    at = clock.tick()
    closed = ask(store.sessions.close(session.id))
    assert [job.id for job in closed.cancelled] == [job.id for job in waiting]
    assert (closed.session.state, closed.session.closed) == ("closed", at)
    assert closed.session == ask(store.sessions.get(session.id))
    for job in closed.cancelled:
        assert job == ask(store.jobs.get(job.id))
        assert (job.status, job.ended) == (JobStatus.CANCELLED, at)
        assert job.failure_message == f"The session {session.id} was closed."
        events = ask(store.events.read(job.id))
        assert [event.seq for event in events] == [1, 2]
        assert events[-1].data == '{"status": "Cancelled"}'
    assert ask(store.jobs.claim()).id == bystander.id
    finish(store, ask, running)
    assert ask(store.sessions.get(session.id)).closed == at


def test_closing_twice_is_no_error(store, ask, clock, session):
    first = ask(store.sessions.close(session.id))
    clock.tick()
    assert ask(store.sessions.close(session.id)) == first


def test_unknown_sessions_are_not_found(store, ask):
    for change in (
        store.sessions.close("session_absent"),
        store.sessions.set_accepting("session_absent", accepting=False),
    ):
        words = "There is no session session_absent"
        with pytest.raises(NotFoundError, match=words) as caught:
            ask(change)
        assert caught.value.kind == "session"


# In time


def test_where_no_session_is_open_nobody_need_look_again(store, ask, session):
    assert ask(store.sessions.close_overdue()) == ([], 300.0)
    ask(store.sessions.close(session.id))
    assert ask(store.sessions.close_overdue()) == ([], None)


def test_a_session_that_is_not_used_for_long_is_closed(store, ask, clock, session):
    one_job(store, ask, session)
    clock.tick(299)
    assert ask(store.sessions.close_overdue()) == ([], 1.0)
    at = clock.tick(1)
    (closed,), again_s = ask(store.sessions.close_overdue())
    assert (closed.session.id, closed.session.closed) == (session.id, at)
    assert (closed.cancelled, again_s) == ((), None)
    assert ask(store.sessions.close_overdue()) == ([], None)


def test_a_session_ends_after_its_whole_time_with_all_that_waits(store, ask, clock):
    session = ask(store.sessions.add(a_session(max_ttl_s=60.0)))
    running, waiting = [submit(store, ask, session) for _ in range(2)]
    clock.tick(3600)
    assert ask(store.sessions.close_overdue()) == ([], 300.0)
    ask(store.jobs.claim())
    clock.tick(60)
    (closed,), _ = ask(store.sessions.close_overdue())
    assert [job.id for job in closed.cancelled] == [waiting.id]
    assert closed.cancelled[0].failure_message == (
        f"The session {session.id} was closed: its first job began at 2027-01-15 "
        "09:00:00 UTC, and its max_ttl of 60 s ended at 2027-01-15 09:01:00 UTC."
    )
    finish(store, ask, running)
    with pytest.raises(ConflictError, match="and its max_ttl of 60 s ended at 2027"):
        submit(store, ask, session)


def test_a_session_that_was_never_used_ends_as_well(store, ask, clock):
    session = ask(store.sessions.add(a_session(max_ttl_s=400.0)))
    clock.tick(399)
    assert ask(store.sessions.close_overdue()) == ([], 1.0)
    clock.tick(1)
    assert len(ask(store.sessions.close_overdue())[0]) == 1
    with pytest.raises(
        ConflictError, match="and no job of it began before its max_ttl"
    ):
        submit(store, ask, session)


# Finding


def test_sessions_are_found_by_user_and_by_being_open(store, ask):
    ids = [
        ask(store.sessions.add(a_session(user))).id for user in ("u_a", "u_a", "u_b")
    ]
    ask(store.sessions.close(ids[0]))

    def found(**fields):
        sessions, count = ask(store.sessions.find(SessionQuery(**fields)))
        return [ids.index(each.id) for each in sessions], count

    assert found() == ([2, 1, 0], 3)
    assert found(user="u_a") == ([1, 0], 2)
    assert found(user="u_a", is_open=True) == ([1], 1)
    assert found(is_open=False) == ([0], 1)
    assert found(limit=1, offset=1) == ([1], 3)
    assert found(user="u_z") == ([], 0)


# Starting again


def test_a_session_outlasts_the_jobs_that_a_crash_ended(store, ask, clock, session):
    lost = submit(store, ask, session)
    kept = submit(store, ask, session)
    ask(store.jobs.claim())
    at = clock.tick()
    ask(store.jobs.recover())
    assert ask(store.jobs.get(lost.id)).status is JobStatus.FAILED
    after = ask(store.sessions.get(session.id))
    assert (after.state, after.last_job_completed) == ("active", at)
    assert ask(store.jobs.claim()).id == kept.id


def test_a_job_of_a_closed_session_that_runs_again_is_one_like_others(
    store, ask, session
):
    job = submit(store, ask, session, retry=True)
    ask(store.jobs.claim())
    ask(store.sessions.close(session.id))
    plain, _ = ask(store.jobs.submit(a_job()))
    ask(store.jobs.give_back([job.id]))
    assert [ask(store.jobs.claim()).id for _ in range(2)] == [job.id, plain.id]


def test_a_closed_session_is_forgotten_with_its_last_job(store, ask, clock, session):
    job = one_job(store, ask, session)
    ask(store.sessions.close(session.id))
    unused = ask(store.sessions.add(a_session()))
    clock.tick(3601)
    ask(store.sweep())
    assert state(store, ask, session) == "closed"
    ask(store.jobs.delete(job.id))
    ask(store.sweep(older_than_s=7200))
    assert state(store, ask, session) == "closed"
    ask(store.sweep())
    assert ask(store.sessions.get(session.id)) is None
    assert state(store, ask, unused) == "open"


def test_times_are_those_of_the_clock(store, ask, session):
    assert session.created.timestamp() == BEGINNING
    job = submit(store, ask, session)
    ask(store.jobs.claim())
    assert ask(store.jobs.finish(job.id, ending(3), completed()))
    found = ask(store.sessions.get(session.id))
    assert found.last_job_completed.timestamp() == BEGINNING
