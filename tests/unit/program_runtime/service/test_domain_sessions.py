"""The life of a session: whatever happens to it, in whatever order."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from program_runtime.service.domain import (
    ConflictError,
    NewSession,
    Role,
    SessionState,
    User,
    may_see_session,
    sessions,
)

BEGAN = datetime(2026, 11, 22, 14, tzinfo=UTC)
MAX_S, IDLE_S = 600.0, 60.0
FOLLOWS = {
    "open": {"open", "active", "closed"},
    "active": {"active", "inactive", "closed"},
    "inactive": {"inactive", "active", "closed"},
    "closed": {"closed"},
}


def at(seconds):
    return BEGAN + timedelta(seconds=seconds)


def opened(**fields):
    new = NewSession(
        user="u_a", id="session_1", max_ttl_s=MAX_S, interactive_ttl_s=IDLE_S, **fields
    )
    return sessions.begin(new, at=BEGAN)


def used(**fields):
    """A session whose first job ran from second 10 to second 20."""
    started = sessions.start_job(opened(), at=at(10))
    return replace(sessions.end_job(replace(started, busy=False), at=at(20)), **fields)


class Life:
    """A session with its jobs, as a store would keep it."""

    def __init__(self):
        self.session = opened()
        self.waiting = self.running = 0
        self.now = 0.0

    def do(self, step):
        kind, seconds = step
        self.now += seconds
        before = self.session
        getattr(self, kind)()
        self.session = self.seen(self.session)
        return before

    def seen(self, session):
        return replace(session, busy=self.waiting + self.running > 0)

    def submit(self):
        try:
            sessions.check_join(self.session, backend="any", at=at(self.now))
        except ConflictError:
            return
        self.waiting += 1

    def start(self):
        if self.waiting:
            self.waiting, self.running = self.waiting - 1, self.running + 1
            self.session = sessions.start_job(self.session, at=at(self.now))

    def end(self):
        if self.running:
            self.running -= 1
            left = self.seen(self.session)
            self.session = sessions.end_job(left, at=at(self.now))

    def cancel(self):
        if self.waiting:
            self.waiting -= 1
            left = self.seen(self.session)
            self.session = sessions.end_job(left, at=at(self.now))

    def stop_accepting(self):
        self.session = sessions.set_accepting(
            self.session, accepting=False, at=at(self.now)
        )

    def close(self):
        self.waiting = 0
        self.session = sessions.close(self.session, at=at(self.now))

    def tidy(self):
        if sessions.is_over(self.session, at=at(self.now)):
            self.close()


kinds = ["submit", "start", "end", "cancel", "stop_accepting", "close", "tidy"]
steps = st.tuples(
    st.sampled_from(kinds + ["submit", "start", "end"] * 3),
    st.sampled_from([0.0, 1.0, 30.0, IDLE_S, MAX_S, -5.0]),
)


@given(st.lists(steps, max_size=40))
def test_no_order_of_events_makes_an_impossible_session(order):
    life = Life()
    for step in order:
        before = life.do(step)
        session = life.session
        assert session.state in FOLLOWS[before.state]
        assert (session.state == "closed") == (session.closed is not None)
        assert (session.state == "open") == (
            session.activated is None and session.closed is None
        )
        if before.closed is not None:
            assert (session.closed, session.accepting_jobs) == (before.closed, False)
            assert life.waiting == 0
        if before.activated is not None:
            assert session.activated == before.activated
        if not session.accepting_jobs and session.closed is None:
            assert session.busy


@given(st.lists(steps, max_size=40), st.sampled_from(["submit", "start", "end"]))
def test_who_looks_when_told_misses_no_end(order, kind):
    """Whatever happens next, a session is not over before the next look."""
    life = Life()
    for step in order:
        life.do(step)
    life.do(("tidy", 0.0))
    wait_s = sessions.look_again_s(life.session, at=at(life.now))
    if wait_s is None:
        assert life.session.state == "closed"
        return
    life.do((kind, 0.0))
    early = at(life.now + wait_s) - timedelta(milliseconds=1)
    assert not sessions.is_over(life.session, at=early) or wait_s == 0.0


@given(st.lists(steps, max_size=40))
def test_a_job_joins_only_what_is_not_over(order):
    life = Life()
    for step in order:
        life.do(step)
    session, now = life.session, at(life.now)
    takes = (
        session.closed is None
        and session.accepting_jobs
        and not sessions.is_over(session, at=now)
    )
    if takes:
        sessions.check_join(session, backend="any", at=now)
        return
    with pytest.raises(ConflictError) as caught:
        sessions.check_join(session, backend="any", at=now)
    assert caught.value.reason == "session_closed"


@pytest.mark.parametrize(
    ("session", "state"),
    [
        (opened(), SessionState.OPEN),
        (replace(opened(), busy=True), SessionState.OPEN),
        (used(busy=True), SessionState.ACTIVE),
        (used(), SessionState.INACTIVE),
        (sessions.close(used(), at=at(30)), SessionState.CLOSED),
    ],
    ids=["new", "with a job that waits", "with jobs", "without jobs", "closed"],
)
def test_the_state_follows_from_the_record(session, state):
    assert session.state is state
    assert session.goes_first == (state in {"active", "inactive"})


@pytest.mark.parametrize(
    ("session", "over"),
    [
        (opened(), at(MAX_S)),
        (replace(opened(), busy=True), None),
        (used(), at(20 + IDLE_S)),
        (used(busy=True), at(10 + MAX_S)),
        (used(last_job_completed=at(MAX_S)), at(10 + MAX_S)),
        (sessions.close(used(), at=at(30)), None),
    ],
    ids=["unused", "queued", "idle", "busy", "idle at its end", "closed"],
)
def test_a_session_is_over_at_a_known_time(session, over):
    assert sessions.deadline(session) == over
    if over is not None:
        assert sessions.is_over(session, at=over)
        assert not sessions.is_over(session, at=over - timedelta(seconds=1))


def refusal(session, seconds, backend="aer_simulator"):
    with pytest.raises(ConflictError) as caught:
        sessions.check_join(session, backend=backend, at=at(seconds))
    return caught.value.message


def test_a_refusal_says_both_times():
    assert refusal(used(), 85) == (
        "The session session_1 is over: its last job ended at 2026-11-22 14:00:20 UTC, "
        "and its interactive_ttl of 60 s ended at 2026-11-22 14:01:20 UTC."
    )
    assert refusal(used(busy=True), 700) == (
        "The session session_1 is over: its first job began at 2026-11-22 14:00:10 UTC, "
        "and its max_ttl of 600 s ended at 2026-11-22 14:10:10 UTC."
    )
    assert refusal(opened(), 700) == (
        "The session session_1 is over: it was opened at 2026-11-22 14:00:00 UTC and no "
        "job of it began before its max_ttl of 600 s ended at 2026-11-22 14:10:00 UTC."
    )
    in_time = sessions.close(used(), at=at(80))
    assert refusal(in_time, 100) == (
        "The session session_1 is closed since 2026-11-22 14:01:20 UTC: its last job "
        "ended at 2026-11-22 14:00:20 UTC, and its interactive_ttl of 60 s ended at "
        "2026-11-22 14:01:20 UTC."
    )
    by_hand = sessions.close(used(), at=at(30))
    assert refusal(by_hand, 1000) == (
        "The session session_1 is closed since 2026-11-22 14:00:30 UTC."
    )
    closing = sessions.set_accepting(used(busy=True), accepting=False, at=at(30))
    assert refusal(closing, 31) == (
        "The session session_1 takes no further jobs: it is closed when those that it "
        "has are done."
    )


def test_long_times_are_readable():
    session = replace(used(busy=True), max_ttl_s=28_800.0)
    assert "its max_ttl of 28,800 s ended at" in refusal(session, 30_000)


def test_a_clock_that_is_put_back_closes_nothing_before_it_was_opened():
    assert sessions.close(opened(), at=at(-3600)).closed == BEGAN


def test_a_session_is_seen_by_its_user_and_by_admins():
    def sees(name, role):
        return may_see_session(User(name=name, role=role, created=BEGAN), opened())

    assert sees("u_a", Role.USER)
    assert sees("root", Role.ADMIN)
    assert not sees("u_b", Role.AUTHOR)
