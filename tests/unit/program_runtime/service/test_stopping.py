"""The end of a service: what its jobs get, and the end that comes in any case."""

import asyncio
import json
from contextlib import asynccontextmanager, nullcontext
from types import SimpleNamespace

import pytest
from contract.store_samples import a_release

from program_runtime.errors import StorageError
from program_runtime.execution.events import EventType
from program_runtime.execution.outcome import JobStatus
from program_runtime.service.domain import Inputs, NewJob, Role
from program_runtime.service.executors import InMemoryExecutor
from program_runtime.service.hub import Hub
from program_runtime.service.metrics import Metrics
from program_runtime.service.scheduler import Scheduler
from program_runtime.service.session_keeper import SessionKeeper
from program_runtime.service.sink import ASKED_TO_FINISH
from program_runtime.service.store import MemoryStore

LONG_S = 60


class Specs:
    """Makes specs of nothing, when it is let."""

    def __init__(self):
        self.gate = asyncio.Event()
        self.gate.set()

    @asynccontextmanager
    async def spec(self, job, preparation):
        await self.gate.wait()
        limits = SimpleNamespace(wall_time_s=LONG_S)
        yield SimpleNamespace(limits=limits, inputs=b"{}", import_only=False)


class Place:
    """A scheduler with memory behind it, and a script in place of programs."""

    def __init__(self, script):
        self.store = MemoryStore()
        self.specs = Specs()
        parts = {
            "store": self.store,
            "executor": InMemoryExecutor(script),
            "hub": Hub(),
            "metrics": Metrics(),
        }
        sessions = SessionKeeper(**parts)
        self.scheduler = Scheduler(
            **parts,
            sessions=sessions,
            specs=self.specs,
            conditions=SimpleNamespace(noted=nullcontext),
            workers=1,
        )

    async def submit(self, **fields):
        if not await self.store.users.list():
            await self.store.users.add("u_a", Role.AUTHOR, "hash")
            await self.store.programs.publish(a_release(), owner="u_a", description="")
        new = NewJob(
            user="u_a",
            program_id="vqe",
            version="1.0.0",
            backend="b",
            inputs=Inputs(text="{}"),
            **fields,
        )
        job, _ = await self.store.jobs.submit(new)
        self.scheduler.wake()
        return job.id

    async def running(self, job_id):
        await self.until(job_id, JobStatus.RUNNING)

    async def until(self, job_id, status):
        while (await self.store.jobs.get(job_id)).status is not status:  # noqa: ASYNC110 - a tick or two
            await asyncio.sleep(0)

    async def statuses(self, job_id):
        events = await self.store.events.read(job_id)
        assert [event.seq for event in events] == list(range(1, len(events) + 1))
        kinds = (json.loads(e.data) for e in events if e.type == "status")
        return [kind["status"] for kind in kinds]


def stopped(script, *, grace_s=LONG_S, before=None, kind=None, **fields):
    """Run a job of a script, stop the service; returns the job and its statuses."""

    async def scenario():
        begun = asyncio.Event()

        async def begin(run):
            if kind is not None:
                await run.publish("1", kind=kind)
            begun.set()
            return await script(run)

        place = Place(begin)
        place.scheduler.start()
        job_id = await place.submit(**fields)
        await begun.wait()
        if before is not None:
            await before(place, job_id)
        await place.scheduler.close(grace_s)
        return await place.store.jobs.get(job_id), await place.statuses(job_id)

    return asyncio.run(scenario())


async def until_asked(run):
    while not run.stop_requested:  # noqa: ASYNC110 - a tick or two
        await asyncio.sleep(0)
    return '"in time"'


async def for_ever(run):
    await asyncio.sleep(LONG_S)


def test_a_job_that_would_be_lost_is_asked_to_finish():
    job, statuses = stopped(until_asked)
    assert (job.status, job.failure_message) == (JobStatus.COMPLETED, ASKED_TO_FINISH)
    assert statuses == ["Queued", "Running", "Completed"]


@pytest.mark.parametrize(
    ("fields", "kind"), [({"retry": True}, None), ({}, EventType.CHECKPOINT)]
)
def test_a_job_that_may_run_again_is_not_asked(fields, kind):
    job, statuses = stopped(until_asked, grace_s=0.05, kind=kind, **fields)
    assert (job.status, job.attempts) == (JobStatus.QUEUED, 0)
    assert statuses == ["Queued", "Running", "Queued"]


def test_a_job_that_ends_by_itself_in_its_time_is_stored_as_ever():
    async def soon(run):
        await asyncio.sleep(0.01)
        return "1"

    job, _ = stopped(soon, retry=True)
    assert (job.status, job.failure_message) == (JobStatus.COMPLETED, None)


def test_a_job_that_does_not_end_fails_and_says_why():
    job, statuses = stopped(for_ever, grace_s=0.05)
    assert job.failure_code == "service_restarted"
    assert statuses == ["Queued", "Running", "Failed"]


def test_a_cancel_that_did_not_take_effect_in_time_is_kept_to():
    async def cancel(place, job_id):
        await place.store.jobs.cancel(job_id)
        control = place.scheduler.control(job_id)
        control.listen(None)
        control.cancel()

    job, statuses = stopped(for_ever, grace_s=0.05, before=cancel, retry=True)
    assert job.status is JobStatus.CANCELLED
    assert statuses == ["Queued", "Running", "Cancelled"]


def test_a_hurried_end_waits_for_nobody():
    async def hurry(place, _job_id):
        place.scheduler.hurry()

    job, _ = stopped(for_ever, before=hurry, retry=True)
    assert job.status is JobStatus.QUEUED


def test_a_job_that_was_claimed_but_not_started_waits_again():
    async def scenario():
        place = Place(for_ever)
        place.specs.gate.clear()
        place.scheduler.start()
        job_id = await place.submit()
        await place.running(job_id)
        closing = asyncio.create_task(place.scheduler.close(LONG_S))
        await asyncio.sleep(0)
        place.specs.gate.set()
        await closing
        return await place.store.jobs.get(job_id)

    job = asyncio.run(scenario())
    assert (job.status, job.attempts) == (JobStatus.QUEUED, 0)


def test_a_job_that_is_still_being_prepared_when_time_is_over_waits_again():
    async def scenario():
        place = Place(for_ever)
        place.specs.gate.clear()
        place.scheduler.start()
        job_id = await place.submit()
        await place.running(job_id)
        await place.scheduler.close(0.05)
        return await place.store.jobs.get(job_id)

    assert asyncio.run(scenario()).status is JobStatus.QUEUED


def test_where_checkpoints_can_not_be_looked_up_a_job_is_asked_to_finish(caplog):
    async def fail(place, _job_id):
        async def latest(*_):
            raise StorageError("the disk is gone")

        place.store.events.latest = latest

    job, _ = stopped(until_asked, before=fail)
    assert job.status is JobStatus.COMPLETED
    assert "is not known" in caplog.text


def test_a_worker_whose_machinery_fails_waits_before_it_takes_the_next_job():
    async def scenario():
        place = Place(for_ever)
        pauses = []

        async def pause(pause_s):
            pauses.append(pause_s)
            return 2 * pause_s

        async def fail(spec, sink, control, *, first_seq):
            raise RuntimeError("no process")

        place.scheduler._pause = pause
        place.scheduler._executor.run = fail
        place.scheduler.start()
        ids = [await place.submit() for _ in range(3)]
        for job_id in ids:
            await place.until(job_id, JobStatus.FAILED)
        await place.scheduler.close(1)
        return pauses[:2]

    assert asyncio.run(scenario()) == [0.2, 0.4]
