"""One thread writes: what waits together, is committed together and fails alone."""

import asyncio
import threading

import pytest
from contract.store_samples import a_job, furnish
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError

from program_runtime.errors import StorageError
from program_runtime.service.domain import ConflictError, JobQuery, Role
from program_runtime.service.store import FolderBlobStore, SqlStore
from program_runtime.service.store.sql import writer


async def hold_the_writer(store):
    """Keep the writer busy until the returned event is set."""
    held, go = threading.Event(), threading.Event()

    def wait(_connection):
        held.set()
        assert go.wait(10)

    holding = asyncio.ensure_future(store.users._writer.do(wait))
    assert await asyncio.to_thread(held.wait, 10)
    return holding, go


def test_what_waits_is_committed_together(store, ask):
    commits = []

    async def submit_many():
        holding, go = await hold_the_writer(store)
        work = [store.jobs.submit(a_job()) for _ in range(50)]
        work += [store.users.add("u_a", Role.USER, "h") for _ in range(10)]
        waiting = [asyncio.ensure_future(item) for item in work]
        await asyncio.sleep(0)
        event.listen(store.users._writer._connection, "commit", commits.append)
        go.set()
        await holding
        return await asyncio.gather(*waiting, return_exceptions=True)

    answers = ask(submit_many())
    assert len({job.id for job, created in answers[:50] if created}) == 50
    assert {type(refused) for refused in answers[50:]} == {ConflictError}
    assert len(commits) == 2  # of what held the writer, and of all the others


def test_one_that_fails_spoils_nothing_for_those_it_waited_with(store, ask):
    def fail(connection):
        connection.execute(text("insert into users (key) values (1)"))

    def stumble(_connection):
        raise ZeroDivisionError("a defect")

    async def together():
        _, go = await hold_the_writer(store)
        works = [
            store.jobs.submit(a_job()),
            store.users._writer.do(fail),
            store.users.add("u_a", Role.USER, "other"),
            store.users._writer.do(stumble),
            store.jobs.submit(a_job()),
        ]
        futures = [asyncio.ensure_future(work) for work in works]
        await asyncio.sleep(0)
        go.set()
        return await asyncio.gather(*futures, return_exceptions=True)

    first, failed, refused, stumbled, second = ask(together())
    assert isinstance(failed, StorageError)
    assert isinstance(refused, ConflictError)
    assert isinstance(stumbled, ZeroDivisionError)
    assert (first[1], second[1]) == (True, True)
    assert ask(store.jobs.find(JobQuery()))[1] == 2


def test_a_write_that_nobody_waits_for_any_more_is_done(store, ask):
    async def give_up():
        holding, go = await hold_the_writer(store)
        submitting = asyncio.ensure_future(store.jobs.submit(a_job()))
        await asyncio.sleep(0)
        submitting.cancel()
        go.set()
        await holding
        await store.users.add("u_b", Role.USER, "h")

    ask(give_up())
    assert ask(store.jobs.find(JobQuery()))[1] == 1


def test_closing_finishes_what_waits(make_store, ask, monkeypatch):
    store = make_store()
    ask(furnish(store))

    async def submit_and_close():
        _, go = await hold_the_writer(store)
        works = [store.jobs.submit(a_job()) for _ in range(20)]
        waiting = [asyncio.ensure_future(work) for work in works]
        await asyncio.sleep(0)
        # Closing waits for the thread as soon as the end stands in the queue.
        thread = store.users._writer._thread
        join = thread.join
        monkeypatch.setattr(thread, "join", lambda: (go.set(), join()))
        closing = asyncio.ensure_future(store.close())
        await closing
        return await asyncio.gather(*waiting)

    assert all(created for _, created in ask(submit_and_close()))
    ask(store.close())
    assert ask(make_store().jobs.find(JobQuery()))[1] == 20


def test_a_closed_store_says_so(make_store, ask):
    store = make_store()
    ask(store.close())
    for call in (
        lambda: store.users.add("u_a", Role.USER, "h"),
        store.users.list,
    ):
        with pytest.raises(StorageError, match="the store is closed"):
            ask(call())


def test_a_store_that_was_never_opened_can_not_sweep(tmp_path, ask):
    store = SqlStore(f"sqlite:///{tmp_path}/a.db", FolderBlobStore(tmp_path / "b"))
    with pytest.raises(StorageError, match="the store is not open"):
        ask(store.sweep())
    ask(store.close())


async def leave_waiting(store):
    holding, go = await hold_the_writer(store)
    assert not holding.done()
    return go


def test_a_loop_that_is_gone_does_not_stop_the_writer(store, ask):
    go = asyncio.run(leave_waiting(store))
    go.set()
    assert ask(store.jobs.submit(a_job()))[1]


def test_who_was_overtaken_by_another_process_looks_again(store, ask):
    looks = []

    def overtaken_once(connection):
        looks.append(connection)
        if len(looks) == 1:
            connection.execute(text("insert into users select * from users"))
        return "seen"

    assert ask(store.users._writer.do(overtaken_once)) == "seen"
    assert len(looks) == 2


class YieldedError(Exception):
    """What PostgreSQL's driver raises in the process that a deadlock was ended by."""

    sqlstate = "40P01"


@pytest.mark.parametrize("times", [1, 2])
def test_who_had_to_yield_to_another_process_tries_once_more(store, ask, times):
    tries = []

    def yielding(_connection):
        tries.append(1)
        if len(tries) <= times:
            raise OperationalError("update", {}, YieldedError("deadlock detected"))
        return "done"

    if times == 1:
        assert ask(store.users._writer.do(yielding)) == "done"
        return
    with pytest.raises(StorageError, match="deadlock detected"):
        ask(store.users._writer.do(yielding))
    assert len(tries) == 2


def test_a_group_has_a_limit(store, ask, monkeypatch):
    monkeypatch.setattr(writer, "_GROUP_LIMIT", 2)

    async def submit_many():
        return await asyncio.gather(*(store.jobs.submit(a_job()) for _ in range(7)))

    assert len({job.id for job, _ in ask(submit_many())}) == 7
