"""Who closes sessions in time, and tells whom it concerns."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from contract.store_samples import Clock, a_job, a_session, completed, ending, furnish

from program_runtime.errors import StorageError
from program_runtime.execution.outcome import JobStatus
from program_runtime.service import session_keeper
from program_runtime.service.domain import NotFoundError
from program_runtime.service.executors import InMemoryExecutor
from program_runtime.service.hub import Hub
from program_runtime.service.metrics import Metrics
from program_runtime.service.session_keeper import SessionKeeper
from program_runtime.service.store import MemoryStore


class Place:
    """A keeper with memory behind it."""

    def __init__(self):
        self.clock = Clock()
        self.store = MemoryStore(clock=self.clock)
        self.executor = InMemoryExecutor()
        self.hub = Hub()
        self.keeper = SessionKeeper(
            store=self.store, executor=self.executor, hub=self.hub, metrics=Metrics()
        )
        self.looks = asyncio.Queue()
        self._close_overdue = self.store.sessions.close_overdue
        self.store.sessions.close_overdue = self.look

    async def look(self):
        closed, again_s = await self._close_overdue()
        self.looks.put_nowait(again_s)
        # The clock of the test stands still: so would who waits for it.
        return closed, again_s and 0.001

    async def used(self, **fields):
        """Open a session whose first job is done."""
        session = await self.store.sessions.add(a_session(**fields))
        await self.store.jobs.submit(a_job(session_id=session.id))
        job = await self.store.jobs.claim()
        await self.store.jobs.finish(job.id, ending(3), completed())
        return session

    async def state(self, session):
        return (await self.store.sessions.get(session.id)).state


@asynccontextmanager
async def a_place():
    place = Place()
    await furnish(place.store)
    try:
        yield place
    finally:
        place.keeper.stop()


def run(scenario):
    async def scene():
        async with a_place() as place:
            return await scenario(place)

    return asyncio.run(scene())


def test_a_session_is_closed_in_time_and_the_executor_hears_of_it():
    async def scenario(place):
        session = await place.used()
        await place.keeper.start()
        assert await place.looks.get() == 300
        place.clock.tick(300)
        while await place.looks.get() is not None:
            pass
        return await place.state(session), place.executor.ended_sessions == [session.id]

    assert run(scenario) == ("closed", True)


def test_what_became_overdue_without_a_service_is_closed_at_the_start():
    async def scenario(place):
        session = await place.used()
        place.clock.tick(3600)
        await place.keeper.start()
        return await place.state(session)

    assert run(scenario) == "closed"


def test_nobody_looks_while_no_session_is_open():
    async def scenario(place):
        await place.keeper.start()
        await place.looks.get()
        for _ in range(100):
            await asyncio.sleep(0)
        assert place.looks.empty()
        await place.used()
        place.keeper.look()
        return await place.looks.get()

    assert run(scenario) == 300


def test_jobs_that_are_cancelled_by_a_close_wake_who_waits_for_them():
    async def scenario(place):
        session = await place.used()
        job, _ = await place.store.jobs.submit(a_job(session_id=session.id))
        with place.hub.listen(job.id, final_only=True) as listener:
            await place.keeper.close(session.id)
            assert await listener.wait(10)
            return listener.ending.status, place.executor.ended_sessions

    status, ended = run(scenario)
    assert status is JobStatus.CANCELLED
    assert len(ended) == 1


def test_the_last_job_of_a_session_that_takes_no_more_ends_it():
    async def scenario(place):
        session = await place.used()
        await place.store.jobs.submit(a_job(session_id=session.id))
        job = await place.store.jobs.claim()
        await place.keeper.job_ended(job)
        await place.keeper.set_accepting(session.id, accepting=False)
        assert place.executor.ended_sessions == []
        await place.store.jobs.finish(job.id, ending(3), completed())
        await place.keeper.job_ended(job)
        return place.executor.ended_sessions == [session.id]

    assert run(scenario)


def test_jobs_of_no_session_and_of_forgotten_ones_end_nothing():
    async def scenario(place):
        job, _ = await place.store.jobs.submit(a_job())
        await place.keeper.job_ended(job)
        begun, _ = await place.store.jobs.submit(a_job(start_session=True))
        place.store._state.sessions.clear()
        await place.keeper.job_ended(begun)
        with pytest.raises(NotFoundError, match="There is no session session_absent"):
            await place.keeper.close("session_absent")
        return place.executor.ended_sessions

    assert run(scenario) == []


def test_a_store_that_fails_is_asked_again(monkeypatch, caplog):
    monkeypatch.setattr(session_keeper, "_RETRY_S", 0.001)

    async def scenario(place):
        session = await place.used()
        await place.keeper.start()
        look = place.store.sessions.close_overdue

        async def fail(*_):
            place.store.sessions.close_overdue = look
            place.clock.tick(300)
            raise StorageError("the disk is gone")

        place.store.sessions.close_overdue = fail
        while await place.looks.get() is not None:
            pass
        place.store.sessions.get, get = fail, place.store.sessions.get
        job, _ = await place.store.jobs.submit(a_job(start_session=True))
        await place.keeper.job_ended(job)
        place.store.sessions.get = get
        return await place.state(session)

    assert run(scenario) == "closed"
    assert "no session can be closed: the disk is gone" in caplog.text
    assert "can not be looked at: the disk is gone" in caplog.text
