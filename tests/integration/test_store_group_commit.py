"""One thread writes: what waits together, is committed together and fails alone."""

import asyncio
import threading

import pytest
from contract.store_samples import a_job, furnish
from sqlalchemy import event, text

from program_runtime.errors import StorageError
from program_runtime.service.domain import ConflictError, JobQuery, Role
from program_runtime.service.store import FolderBlobStore, SqlStore


@pytest.fixture
def ask():
    with asyncio.Runner() as runner:
        yield runner.run


@pytest.fixture
def make_store(tmp_path, ask):
    opened = []

    def make(name="db.sqlite3", **options):
        blobs = FolderBlobStore(tmp_path / "blobs")
        store = SqlStore(f"sqlite:///{tmp_path}/{name}", blobs, **options)
        ask(store.open())
        opened.append(store)
        return store

    yield make
    for store in opened:
        ask(store.close())


@pytest.fixture
def store(make_store, ask):
    store = make_store()
    ask(furnish(store))
    return store


def hold_the_writer(store):
    """Keep the writer busy until the returned event is set."""
    held, go = threading.Event(), threading.Event()

    def wait(_connection):
        held.set()
        assert go.wait(10)

    return held, go, wait


def test_what_waits_is_committed_together(store, ask):
    commits = []

    async def submit_many():
        writer = store.users._writer
        _held, go, wait = hold_the_writer(store)
        holding = asyncio.ensure_future(writer.do(wait))
        await asyncio.sleep(0)
        work = [store.jobs.submit(a_job()) for _ in range(50)]
        work += [store.users.add("ada", Role.USER, "h") for _ in range(10)]
        waiting = [asyncio.ensure_future(item) for item in work]
        await asyncio.sleep(0)
        event.listen(writer._connection, "commit", commits.append)
        go.set()
        await holding
        return await asyncio.gather(*waiting, return_exceptions=True)

    answers = ask(submit_many())
    assert len({job.id for job, created in answers[:50] if created}) == 50
    assert {type(refused) for refused in answers[50:]} == {ConflictError}
    assert len(commits) <= 2


def test_one_that_fails_spoils_nothing_for_those_it_waited_with(store, ask):
    def fail(connection):
        connection.execute(text("insert into users (key) values (1)"))

    def stumble(_connection):
        raise ZeroDivisionError("a defect")

    async def together():
        writer = store.users._writer
        _, go, wait = hold_the_writer(store)
        works = [
            writer.do(wait),
            store.jobs.submit(a_job()),
            writer.do(fail),
            store.users.add("ada", Role.USER, "other"),
            writer.do(stumble),
            store.jobs.submit(a_job()),
        ]
        futures = [asyncio.ensure_future(work) for work in works]
        await asyncio.sleep(0)
        go.set()
        return await asyncio.gather(*futures, return_exceptions=True)

    _, first, failed, refused, stumbled, second = ask(together())
    assert isinstance(failed, StorageError)
    assert isinstance(refused, ConflictError)
    assert isinstance(stumbled, ZeroDivisionError)
    assert (first[1], second[1]) == (True, True)
    assert ask(store.jobs.find(JobQuery()))[1] == 2


def test_a_write_that_nobody_waits_for_any_more_is_done(store, ask):
    async def give_up():
        _, go, wait = hold_the_writer(store)
        holding = asyncio.ensure_future(store.users._writer.do(wait))
        submitting = asyncio.ensure_future(store.jobs.submit(a_job()))
        await asyncio.sleep(0)
        submitting.cancel()
        go.set()
        await holding

    ask(give_up())
    assert ask(store.jobs.find(JobQuery()))[1] == 1


def test_closing_finishes_what_waits(make_store, ask, monkeypatch):
    store = make_store()
    ask(furnish(store))

    async def submit_and_close():
        _, go, wait = hold_the_writer(store)
        works = [store.users._writer.do(wait)]
        works += [store.jobs.submit(a_job()) for _ in range(20)]
        waiting = [asyncio.ensure_future(work) for work in works]
        await asyncio.sleep(0)
        # Closing waits for the thread as soon as the end stands in the queue.
        thread = store.users._writer._thread
        join = thread.join
        monkeypatch.setattr(thread, "join", lambda: (go.set(), join()))
        closing = asyncio.ensure_future(store.close())
        await closing
        return await asyncio.gather(*waiting)

    assert all(created for _, created in ask(submit_and_close())[1:])
    ask(store.close())
    assert ask(make_store().jobs.find(JobQuery()))[1] == 20


def test_a_closed_store_says_so(make_store, ask):
    store = make_store()
    ask(store.close())
    for call in (
        lambda: store.users.add("ada", Role.USER, "h"),
        store.users.list,
    ):
        with pytest.raises(StorageError, match="the store is closed"):
            ask(call())


def test_a_store_that_was_never_opened_can_not_sweep(tmp_path, ask):
    store = SqlStore(f"sqlite:///{tmp_path}/a.db", FolderBlobStore(tmp_path / "b"))
    with pytest.raises(StorageError, match="the store is not open"):
        ask(store.sweep())
    ask(store.close())
