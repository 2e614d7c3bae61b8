"""Whose turn it is, in every store, where jobs belong to sessions."""

import random

import pytest
from contract.store_samples import a_job, a_session, completed, ending, furnish

from program_runtime.service.domain import SessionMode


@pytest.fixture(autouse=True)
def furnished(store, ask):
    ask(furnish(store, "u_b", "u_c"))


class Queue:
    """A store, and jobs by a word each."""

    def __init__(self, store, ask, clock):
        self.store, self.ask, self.clock = store, ask, clock
        self.words = {}
        self.sessions = {}

    def open(self, word, user="u_a", mode=SessionMode.DEDICATED):
        session = self.ask(self.store.sessions.add(a_session(user, mode=mode)))
        self.sessions[word] = session
        self.words[word] = session.id

    def activate(self, word, user="u_a", mode=SessionMode.DEDICATED):
        """Open a session whose first job is done."""
        self.open(word, user, mode)
        self.submit("first", word)
        assert self.claim() == "first"
        self.finish("first")

    def submit(self, word, session=None, user="u_a", **fields):
        if session is not None:
            fields["session_id"] = self.sessions[session].id
            user = self.sessions[session].user
        job, _ = self.ask(self.store.jobs.submit(a_job(user, **fields)))
        self.words[word] = job.id

    def claim(self):
        self.clock.tick()
        job = self.ask(self.store.jobs.claim())
        return job and next(w for w, id_ in self.words.items() if id_ == job.id)

    def place(self, word):
        return self.ask(self.store.jobs.queue_position(self.words[word]))

    def claims(self, count):
        return [self.claim() for _ in range(count)]

    def finish(self, word):
        job_id = self.words[word]
        seq = self.ask(self.store.events.last_seq(job_id)) + 1
        assert self.ask(self.store.jobs.finish(job_id, ending(seq), completed()))

    def cancel(self, word):
        return self.ask(self.store.jobs.cancel(self.words[word]))


@pytest.fixture
def queue(store, ask, clock):
    return Queue(store, ask, clock)


def test_the_first_job_of_a_session_waits_like_all_others(queue):
    queue.open("s")
    queue.submit("plain")
    queue.submit("one", "s")
    assert queue.claims(3) == ["plain", "one", None]


def test_further_jobs_of_a_session_come_before_others(queue):
    queue.activate("s")
    queue.submit("plain")
    queue.submit("one", "s")
    assert queue.claims(2) == ["one", "plain"]


def test_jobs_that_waited_when_a_batch_began_go_first_then(queue):
    queue.open("s", mode=SessionMode.BATCH)
    queue.submit("one", "s")
    queue.submit("plain")
    queue.submit("two", "s")
    assert queue.claims(3) == ["one", "two", "plain"]


def test_a_dedicated_session_has_one_job_at_a_time(queue):
    queue.activate("s")
    for word in ("one", "two", "three"):
        queue.submit(word, "s")
    assert queue.claims(2) == ["one", None]
    queue.finish("one")
    assert queue.claims(2) == ["two", None]
    queue.finish("two")
    assert queue.claims(2) == ["three", None]


def test_a_batch_has_as_many_jobs_as_there_are_workers(queue):
    queue.activate("s", mode=SessionMode.BATCH)
    for word in ("one", "two", "three"):
        queue.submit(word, "s")
    assert queue.claims(4) == ["one", "two", "three", None]


def test_a_job_that_waits_for_its_session_stops_nobody(queue):
    queue.activate("s")
    for word in ("one", "two"):
        queue.submit(word, "s")
    queue.submit("plain")
    queue.submit("of u_b", user="u_b")
    assert queue.claims(4) == ["one", "of u_b", "plain", None]
    queue.finish("one")
    assert queue.claim() == "two"


def test_a_cancelled_job_makes_room_for_the_next_of_its_session(queue):
    queue.activate("s")
    for word in ("one", "two", "three"):
        queue.submit(word, "s")
    assert queue.cancel("one")
    assert queue.claim() == "two"
    queue.submit("four", "s")
    assert queue.cancel("three")
    assert queue.claim() is None
    queue.finish("two")
    assert queue.claims(2) == ["four", None]


def test_a_job_that_runs_again_comes_before_those_behind_it(queue, ask, store):
    queue.open("s")
    queue.submit("one", "s", retry=True)
    queue.submit("two", "s")
    queue.submit("plain")
    assert queue.claim() == "one"
    ask(store.jobs.recover())
    assert queue.claims(3) == ["one", "plain", None]
    ask(store.jobs.give_back([queue.words["one"]]))
    assert queue.cancel("one")
    assert queue.claim() == "two"


def test_sessions_share_fairly_between_users(queue):
    queue.activate("a", mode=SessionMode.BATCH)
    queue.activate("b", "u_b", mode=SessionMode.BATCH)
    for word in ("a1", "a2", "a3"):
        queue.submit(word, "a")
    for word in ("b1", "b2"):
        queue.submit(word, "b")
    queue.submit("plain", user="u_c")
    assert queue.claims(6) == ["a1", "b1", "a2", "b2", "a3", "plain"]


def test_the_older_session_of_a_user_goes_first(queue):
    queue.activate("old", mode=SessionMode.BATCH)
    queue.activate("young", mode=SessionMode.BATCH)
    queue.submit("young 1", "young")
    queue.submit("old 1", "old")
    queue.submit("old 2", "old")
    assert queue.claims(3) == ["old 1", "old 2", "young 1"]


def test_a_session_in_use_does_not_hold_back_a_younger_one(queue):
    queue.activate("old")
    queue.activate("young")
    for word in ("old 1", "old 2"):
        queue.submit(word, "old")
    queue.submit("young 1", "young")
    assert queue.claims(3) == ["old 1", "young 1", None]


def test_a_session_that_takes_no_more_jobs_still_goes_first(queue, ask, store):
    queue.activate("s")
    queue.submit("plain")
    for word in ("one", "two"):
        queue.submit(word, "s")
    session_id = queue.sessions["s"].id
    ask(store.sessions.set_accepting(session_id, accepting=False))
    assert queue.claim() == "one"
    queue.finish("one")
    assert queue.claims(2) == ["two", "plain"]


def test_jobs_of_sessions_count_for_the_limit_of_running_jobs(queue, ask, store):
    queue.activate("s", mode=SessionMode.BATCH)
    for word in ("one", "two"):
        queue.submit(word, "s")
    assert ask(store.jobs.claim(running_limit=1)) is not None
    assert ask(store.jobs.claim(running_limit=1)) is None


# Where jobs stand in the queue


def test_a_place_in_the_queue_is_that_of_the_turn(queue):
    for word, user in [("a1", "u_a"), ("a2", "u_a"), ("b1", "u_b"), ("a3", "u_a")]:
        queue.submit(word, user=user)
    assert [queue.place(word) for word in ("a1", "b1", "a2", "a3")] == [1, 2, 3, 4]
    assert queue.claim() == "a1"
    assert [queue.place(word) for word in ("b1", "a2", "a3")] == [1, 2, 3]
    queue.submit("c1", user="u_c")
    assert [queue.place(word) for word in ("b1", "c1", "a2", "a3")] == [1, 2, 3, 4]
    queue.cancel("b1")
    assert [queue.place(word) for word in ("c1", "a2", "a3")] == [1, 2, 3]


def test_who_does_not_wait_has_no_place_in_the_queue(queue, ask, store):
    queue.submit("running")
    queue.claim()
    queue.submit("cancelled")
    queue.cancel("cancelled")
    assert (queue.place("running"), queue.place("cancelled")) == (None, None)
    assert ask(store.jobs.queue_position("job_9")) is None


def test_who_waits_for_the_own_session_has_no_place_and_takes_none(queue):
    queue.activate("s")
    for word in ("s1", "s2"):
        queue.submit(word, "s")
    queue.submit("plain", user="u_b")
    assert [queue.place(word) for word in ("s1", "s2", "plain")] == [1, None, 2]


@pytest.mark.parametrize("seed", range(12))
def test_jobs_are_taken_in_the_order_of_their_places(queue, seed):
    """None ends meanwhile, and none comes."""
    chosen = random.Random(seed)
    users = ("u_a", "u_b", "u_c")
    for user in chosen.sample(users, chosen.randint(0, 3)):
        queue.activate(f"batch of {user}", user, SessionMode.BATCH)
    for number in range(chosen.randint(0, 4)):
        queue.submit(f"early {number}", user=chosen.choice(users))
        queue.claim()
    words = [f"job {number}" for number in range(14)]
    for word in words:
        user = chosen.choice(users)
        session = chosen.choice([None, f"batch of {user}"])
        queue.submit(word, session if session in queue.sessions else None, user)
    places = {queue.place(word): word for word in words}
    taken = queue.claims(len(words))
    assert [places[number] for number in range(1, len(words) + 1)] == taken
