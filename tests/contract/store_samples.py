"""Small records and a clock that the tests of stores share."""

import hashlib
import itertools
from datetime import UTC, datetime

from program_runtime.execution.events import Blob, Event, EventType
from program_runtime.execution.outcome import JobStatus, Outcome, Usage
from program_runtime.service.domain import Inputs, NewJob, NewSession, Release, Role

BEGINNING = 1_800_000_000.0

_numbers = itertools.count(1)


class Clock:
    """Time that moves when a test says so."""

    def __init__(self):
        self.now = BEGINNING

    def __call__(self):
        return self.now

    def tick(self, seconds=1.0):
        self.now += seconds
        return datetime.fromtimestamp(self.now, UTC)


def digest_of(text):
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def a_release(program_id="vqe", version="1.0.0", *, text=None, by="u_a", at=None):
    return Release(
        program_id=program_id,
        version=version,
        digest=digest_of(text or f"{program_id}@{version}"),
        size=1000,
        metadata={"name": program_id, "version": version},
        created=at or datetime.fromtimestamp(BEGINNING, UTC),
        published_by=by,
    )


def a_session(user="u_a", **fields):
    given = {
        "id": f"session_{next(_numbers):026}",
        "max_ttl_s": 3600.0,
        "interactive_ttl_s": 300.0,
    }
    return NewSession(user=user, **(given | fields))


def a_job(user="u_a", *, start_session=False, **fields):
    given = {
        "id": f"job_{next(_numbers):026}",
        "program_id": "vqe",
        "version": "1.0.0",
        "backend": "aer_simulator",
        "inputs": Inputs(text='{"iterations": 5}'),
    }
    given |= fields
    if start_session:
        given["opens"] = a_session(user, id=given["id"])
    return NewJob(user=user, **given)


def an_event(seq, data="1", kind=EventType.INTERIM):
    return Event(seq, BEGINNING + seq, kind, data)


def a_blob_event(seq, folder, content):
    path = folder / f"spooled-{next(_numbers)}"
    path.write_text(content)
    blob = Blob(path=path, digest=digest_of(content), size=len(content))
    return Event(seq, BEGINNING + seq, EventType.RESULT, None, blob)


def ending(seq, status=JobStatus.COMPLETED):
    return [an_event(seq, f'{{"status": "{status}"}}', EventType.STATUS)]


def completed(**fields):
    usage = Usage(wall_s=2.0, cpu_s=1.5, peak_memory_bytes=1 << 20)
    return Outcome(status=JobStatus.COMPLETED, usage=usage, **fields)


async def furnish(store, *users):
    """Add users and publish vqe 1.0.0, public, by u_a."""
    for name in dict.fromkeys(("u_a", *users)):
        await store.users.add(name, Role.AUTHOR, f"hash-of-{name}")
    await store.programs.publish(a_release(), owner="u_a", description="Minimise.")


async def running_job(store, user="u_a", **fields):
    """Submit a job and claim it."""
    job, _ = await store.jobs.submit(a_job(user, **fields))
    claimed = await store.jobs.claim()
    assert claimed.id == job.id
    return claimed
