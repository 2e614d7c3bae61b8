"""Whatever is done, the database answers as the dictionaries do.

Both stores get the same calls in the same order at the same times; each call must
return or refuse the same, and in the end both must hold the same.
"""

import asyncio
import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from contract.store_samples import (
    Clock,
    a_job,
    a_release,
    a_session,
    an_event,
    ending,
)
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
)

from program_runtime.execution.events import EventType
from program_runtime.execution.outcome import JobStatus, Outcome
from program_runtime.service.domain import (
    FINAL,
    JobQuery,
    Refusal,
    Role,
    SessionMode,
    SessionQuery,
    Visibility,
)
from program_runtime.service.store import MemoryBlobStore, MemoryStore, SqlStore

users = st.sampled_from(["u_a", "u_b", "u_c"])
programs = st.sampled_from(["vqe", "qaoa"])
versions = st.sampled_from(["1.0.0", "1.1.0", "2.0.0-rc.1"])
labels = st.sampled_from(["latest", "stable"])
tags = st.lists(st.sampled_from(["x", "y"]), max_size=3).map(tuple)
visibilities = st.none() | st.sampled_from(list(Visibility))
final = st.sampled_from(sorted(FINAL))
picks = st.integers(0, 10**6)


class Stores(RuleBasedStateMachine):
    """Two stores that are treated alike."""

    def __init__(self):
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.clock = Clock()
        self.runner = asyncio.Runner()
        self.jobs = []
        self.sessions = []
        sql_url = f"sqlite:///{self.folder}/db.sqlite3"
        blobs = [MemoryBlobStore(clock=self.clock) for _ in range(2)]
        self.stores = [
            MemoryStore(blobs[0], clock=self.clock),
            SqlStore(sql_url, blobs[1], clock=self.clock),
        ]
        for store in self.stores:
            self.runner.run(store.open())

    def teardown(self):
        try:
            self.both(everything)
        finally:
            self.close()

    def close(self):
        for store in self.stores:
            self.runner.run(store.close())
        self.runner.close()
        shutil.rmtree(self.folder)

    def both(self, call):
        """Do the same to both and return the answer that both must give."""
        self.clock.tick()
        expected, actual = (self.runner.run(answer(call, s)) for s in self.stores)
        assert actual == expected
        return actual

    def a_known_job(self, pick):
        return self.jobs[pick % len(self.jobs)]

    def a_known_session(self, pick):
        return self.sessions[pick % len(self.sessions)]

    @initialize()
    def begin(self):
        for name in ("u_a", "u_b"):
            self.both(lambda s, n=name: s.users.add(n, Role.AUTHOR, f"hash {n}"))
        self.publish(
            program="vqe",
            version="1.0.0",
            text="x",
            owner="u_a",
            visibility=None,
            wanted=[],
        )

    @rule(name=users, role=st.sampled_from(list(Role)))
    def add_user(self, name, role):
        self.both(lambda s: s.users.add(name, role, f"hash {name}"))

    @rule(name=users)
    def revoke(self, name):
        self.both(lambda s: s.users.revoke(name))

    @rule(
        program=programs,
        version=versions,
        text=st.sampled_from("xy"),
        owner=users,
        visibility=visibilities,
        wanted=st.lists(labels, max_size=2),
    )
    def publish(self, *, program, version, text, owner, visibility, wanted):
        text = f"{program} {version} {text}"
        release = a_release(program, version, text=text, by=owner, at=self.clock.tick())
        self.both(
            lambda s: s.programs.publish(
                release,
                owner=owner,
                description=text,
                visibility=visibility,
                labels=wanted,
            )
        )

    @rule(program=programs, label=labels, version=versions)
    def set_label(self, program, label, version):
        self.both(lambda s: s.programs.set_label(program, label, version))

    @rule(program=programs)
    def delete_program(self, program):
        self.both(lambda s: s.programs.delete(program))

    @rule(
        user=users,
        program=programs,
        version=versions,
        session=st.booleans(),
        joins=st.none() | picks,
        retry=st.booleans(),
        tags=tags,
        key=st.none() | st.sampled_from("kl"),
        takes=st.booleans(),
    )
    def submit(
        self, *, user, program, version, session, joins, retry, tags, key, takes
    ):
        if joins is not None and self.sessions:
            joined = {"session_id": self.a_known_session(joins)}
        else:
            joined = {"start_session": session}
        new = a_job(
            user,
            program_id=program,
            version=version,
            **joined,
            retry=retry,
            tags=tags,
        )
        found = self.both(
            lambda s: (s.jobs.submit_and_claim if takes else s.jobs.submit)(
                new, idempotency_key=key
            )
        )
        if True in found[1:2]:
            self.jobs.append(new.id)
            if new.opens is not None:
                self.sessions.append(new.id)

    @rule(
        user=st.sampled_from(["u_a", "u_b"]),
        session=st.booleans(),
        joins=st.none() | picks,
        retry=st.booleans(),
    )
    def submit_plainly(self, user, session, joins, retry):
        self.submit(
            user=user,
            program="vqe",
            version="1.0.0",
            session=session,
            joins=joins,
            retry=retry,
            tags=(),
            key=None,
            takes=False,
        )

    @rule(limit=st.none() | st.integers(0, 3))
    def claim(self, limit):
        self.both(lambda s: s.jobs.claim(running_limit=limit, isolation="none"))

    @precondition(lambda self: self.jobs)
    @rule(
        pick=picks,
        count=st.integers(0, 4),
        shift=st.sampled_from([0, 0, 0, 1, -1]),
        kind=st.sampled_from([EventType.INTERIM, EventType.CHECKPOINT]),
    )
    def append(self, pick, count, shift, kind):
        job_id = self.a_known_job(pick)
        first = self.both(lambda s: s.events.last_seq(job_id)) + 1 + shift
        events = [an_event(first + at, kind=kind) for at in range(count)]
        self.both(lambda s: s.events.append(job_id, events))

    @precondition(lambda self: self.jobs)
    @rule(pick=picks, status=final)
    def finish(self, pick, status):
        job_id = self.a_known_job(pick)
        seq = self.both(lambda s: s.events.last_seq(job_id)) + 1
        outcome = Outcome(status=JobStatus(status), code="x", message="y")
        self.both(lambda s: s.jobs.finish(job_id, ending(seq, status), outcome))

    @precondition(lambda self: self.jobs)
    @rule(pick=picks)
    def cancel(self, pick):
        self.both(lambda s: s.jobs.cancel(self.a_known_job(pick)))

    @precondition(lambda self: self.jobs)
    @rule(pick=picks, tags=tags)
    def set_tags(self, pick, tags):
        self.both(lambda s: s.jobs.set_tags(self.a_known_job(pick), tags))

    @precondition(lambda self: self.jobs)
    @rule(pick=picks)
    def delete_job(self, pick):
        self.both(lambda s: s.jobs.delete(self.a_known_job(pick)))

    @rule()
    def recover(self):
        self.both(lambda s: s.jobs.recover())

    @precondition(lambda self: self.jobs)
    @rule(pick=picks, begun=st.booleans())
    def give_back(self, pick, begun):
        job_id = self.a_known_job(pick)
        self.both(lambda s: s.jobs.give_back([job_id], begun=begun))

    @rule(
        user=users,
        mode=st.sampled_from(list(SessionMode)),
        backend=st.none() | st.sampled_from(["aer_simulator", "fake_manila"]),
        most=st.none() | st.just(2),
    )
    def open_session(self, user, mode, backend, most):
        new = a_session(user, mode=mode, backend=backend, most=most)
        if not isinstance(self.both(lambda s: s.sessions.add(new)), tuple):
            self.sessions.append(new.id)

    @precondition(lambda self: self.sessions)
    @rule(pick=picks, accepting=st.booleans())
    def set_accepting(self, pick, accepting):
        session_id = self.a_known_session(pick)
        self.both(lambda s: s.sessions.set_accepting(session_id, accepting=accepting))

    @precondition(lambda self: self.sessions)
    @rule(pick=picks)
    def close_session(self, pick):
        session_id = self.a_known_session(pick)
        self.both(lambda s: s.sessions.close(session_id))

    @rule()
    def close_overdue_sessions(self):
        self.both(lambda s: s.sessions.close_overdue())

    @rule(user=st.none() | users, is_open=st.none() | st.booleans())
    def find_sessions(self, user, is_open):
        query = SessionQuery(user=user, is_open=is_open, limit=3)
        self.both(lambda s: s.sessions.find(query))

    @rule(seconds=st.sampled_from([-3600.0, 60.0, 3600.0]))
    def change_the_clock(self, seconds):
        self.clock.tick(seconds)

    @rule()
    def sweep(self):
        self.both(lambda s: s.sweep())

    @rule(user=st.none() | users, tags=tags, pending=st.none() | st.booleans())
    def find(self, user, tags, pending):
        query = JobQuery(user=user, tags=tags, pending=pending, limit=3)
        self.both(lambda s: s.jobs.find(query))

    @rule()
    def both_hold_the_same(self):
        self.both(everything)


async def answer(call, store):
    """What a store returns, in a form that can be compared, or what it refuses."""
    try:
        found = await call(store)
    except Refusal as refusal:
        return type(refusal), str(refusal)
    return list(found) if isinstance(found, tuple | list) else found


async def everything(store):
    """All that a store holds."""
    admin = (await store.users.list())[:1]
    found = []
    for name in ("vqe", "qaoa"):
        releases = await store.programs.releases(name)
        found += [await store.programs.get(name), list(releases)]
    jobs, count = await store.jobs.find(JobQuery(limit=1000))
    withdrawn = [await store.programs.release_by_digest(job.digest) for job in jobs]
    logs = [list(await store.events.read(job.id)) for job in jobs]
    for job, log in zip(jobs, logs, strict=True):
        assert [event.seq for event in log] == list(range(1, job.last_seq + 1))
    queued = dict(await store.jobs.queued_by_backend())
    places = [await store.jobs.queue_position(job.id) for job in jobs]
    usage = await store.jobs.usage(user="u_a", since=datetime.fromtimestamp(0, UTC))
    sessions = list((await store.sessions.find(SessionQuery(limit=1000)))[0])
    return [
        admin,
        *found,
        jobs,
        count,
        withdrawn,
        logs,
        queued,
        places,
        usage,
        sessions,
    ]


Stores.TestCase.settings = settings(
    max_examples=25,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestStores = Stores.TestCase
