"""The database on disk: what stays, what a failure spoils, what waits together."""

import asyncio
import sqlite3
import stat
import threading

import pytest
from contract.store_samples import (
    a_blob_event,
    a_job,
    a_release,
    an_event,
    completed,
    digest_of,
    ending,
    furnish,
    running_job,
)
from sqlalchemy import text

from program_runtime.errors import InvalidValueError, StorageBusyError, StorageError
from program_runtime.execution.outcome import JobStatus
from program_runtime.service.domain import ConflictError, JobQuery, NotFoundError, Role
from program_runtime.service.store import FolderBlobStore, SqlStore

SECRET = "planted-secret"


def in_writer(store, ask, work):
    """Run something on the connection that writes."""
    return ask(store.users._writer.do(work))


def limit_pages(store, ask, spare):
    """Let the database grow by so many pages and then call the disk full."""

    def limit(connection):
        used = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        pages = 1 << 30 if spare is None else used + spare
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

    in_writer(store, ask, limit)


def test_everything_is_there_after_opening_again(make_store, ask):
    store = make_store()
    ask(furnish(store))
    job = ask(running_job(store, tags=("a",), options={"shots": 1}))
    ask(store.events.append(job.id, [an_event(3)]))
    ask(store.jobs.finish(job.id, [an_event(4), *ending(5)], completed()))
    before = [
        ask(store.users.list()),
        ask(store.programs.get("vqe")),
        ask(store.jobs.find(JobQuery())),
        ask(store.events.read(job.id)),
    ]
    ask(store.close())
    again = make_store()
    assert before == [
        ask(again.users.list()),
        ask(again.programs.get("vqe")),
        ask(again.jobs.find(JobQuery())),
        ask(again.events.read(job.id)),
    ]


def test_what_was_answered_is_on_disk_without_closing(store, ask, tmp_path):
    job, _ = ask(store.jobs.submit(a_job()))
    with sqlite3.connect(tmp_path / "db.sqlite3") as other:
        rows = other.execute("select id, status from jobs").fetchall()
    other.close()
    assert rows == [(job.id, "Queued")]


def test_the_database_is_set_up_to_lose_nothing(store, ask):
    def pragmas(connection):
        names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        return [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in names
        ]

    full = 2
    assert in_writer(store, ask, pragmas) == ["wal", full, 1, 5000]


def test_only_the_owner_reads_the_database_file(store, tmp_path):
    mode = (tmp_path / "db.sqlite3").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_readers_can_not_write(store, ask):
    with pytest.raises(StorageError, match="attempt to write a readonly database"):
        ask(store.users._reader.do(lambda c: c.execute(text("delete from users"))))


# What the disk can not do


def hold_the_writer(store):
    """Keep the writer busy until the returned event is set."""
    held, go = threading.Event(), threading.Event()

    def wait(_connection):
        held.set()
        assert go.wait(10)

    return held, go, wait


def test_a_full_disk_is_a_storage_error_and_the_store_lives_on(store, ask):
    job = ask(running_job(store))
    limit_pages(store, ask, 2)
    big = [an_event(seq, "x" * 1000) for seq in range(3, 103)]
    with pytest.raises(StorageError, match="database or disk is full") as caught:
        ask(store.events.append(job.id, big))
    assert caught.value.code == "storage"
    assert isinstance(caught.value.__cause__.orig, sqlite3.OperationalError)
    assert ask(store.events.last_seq(job.id)) == 2
    limit_pages(store, ask, None)
    ask(store.events.append(job.id, big))
    assert ask(store.events.last_seq(job.id)) == 102


def test_a_store_that_could_not_write_can_be_asked_whether_it_can_again(store, ask):
    ask(store.check())
    in_writer(store, ask, lambda c: c.exec_driver_sql("PRAGMA query_only = ON"))
    for attempt in (store.jobs.submit(a_job()), store.check()):
        with pytest.raises(StorageError, match="readonly"):
            ask(attempt)
    connection = store.users._writer._connection.connection.dbapi_connection
    connection.execute("PRAGMA query_only = OFF")
    ask(store.check())
    assert not store.users._writer.failed


def test_on_a_full_disk_the_small_writes_beside_a_big_one_succeed(store, ask):
    job = ask(running_job(store))
    limit_pages(store, ask, 8)
    big = [an_event(seq, "x" * 1000) for seq in range(3, 103)]

    async def together():
        _, go, wait = hold_the_writer(store)
        works = [
            store.users._writer.do(wait),
            store.events.append(job.id, big),
            store.jobs.submit(a_job()),
        ]
        futures = [asyncio.ensure_future(work) for work in works]
        await asyncio.sleep(0)
        go.set()
        return await asyncio.gather(*futures, return_exceptions=True)

    _, failed, submitted = ask(together())
    assert isinstance(failed, StorageError)
    assert submitted[1]


def test_a_job_can_be_failed_when_its_last_events_do_not_fit(store, ask, tmp_path):
    job = ask(running_job(store))
    absent = a_blob_event(3, tmp_path, "result")
    absent.blob.path.unlink()
    with pytest.raises(StorageError, match="could not store the blob"):
        ask(store.jobs.finish(job.id, [absent, *ending(4)], completed()))
    assert ask(store.jobs.get(job.id)).status is JobStatus.RUNNING
    assert ask(store.jobs.finish(job.id, ending(3), completed()))


def test_finishing_is_repeated_when_its_blobs_were_taken_already(store, ask, tmp_path):
    job = ask(running_job(store))
    last = [a_blob_event(3, tmp_path, "result"), *ending(4)]
    in_writer(store, ask, lambda c: c.exec_driver_sql("PRAGMA query_only = ON"))
    with pytest.raises(StorageError, match="readonly"):
        ask(store.jobs.finish(job.id, last, completed()))
    connection = store.users._writer._connection.connection.dbapi_connection
    connection.execute("PRAGMA query_only = OFF")
    assert not last[0].blob.path.exists()
    assert ask(store.jobs.finish(job.id, last, completed()))
    assert ask(store.events.latest(job.id, "result")).blob_digest == digest_of("result")


def test_a_locked_database_fails_all_who_wait_at_once(store, ask, tmp_path):
    def hurry(connection):
        connection.exec_driver_sql("PRAGMA busy_timeout = 1")

    in_writer(store, ask, hurry)
    other = sqlite3.connect(tmp_path / "db.sqlite3", isolation_level=None)
    other.execute("begin immediate")

    async def together():
        return await asyncio.gather(
            *(store.jobs.submit(a_job()) for _ in range(3)), return_exceptions=True
        )

    errors = ask(together())
    assert {type(error) for error in errors} == {StorageBusyError}
    assert {e.message for e in errors} == {"the database failed: database is locked"}
    other.execute("rollback")
    other.close()
    assert ask(store.jobs.submit(a_job()))[1]


def test_errors_show_no_values(store, ask):
    ask(store.users.add("u_b", Role.USER, SECRET))
    with pytest.raises(StorageError) as caught:
        ask(store.users.add("u_c", Role.USER, SECRET))
    assert SECRET not in f"{caught.value} {caught.value.__cause__}"


def test_a_folder_that_is_not_there_is_a_storage_error(tmp_path, ask):
    store = SqlStore(f"sqlite:///{tmp_path}/absent/a.db", FolderBlobStore(tmp_path))
    with pytest.raises(StorageError, match="No such file or directory"):
        ask(store.open())
    ask(store.close())


def test_a_file_that_is_no_database_is_a_storage_error(tmp_path, ask):
    (tmp_path / "a.db").write_text("this is a text and not a database " * 100)
    store = SqlStore(f"sqlite:///{tmp_path}/a.db", FolderBlobStore(tmp_path / "b"))
    with pytest.raises(StorageError, match="file is not a database"):
        ask(store.open())


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("nonsense", "this is no database URL Write sqlite:////path"),
        ("mysql://host/name", "databases of the kind mysql are not supported"),
        ("sqlite://", "a SQLite database in memory can not be shared"),
        ("sqlite:///:memory:", "a SQLite database in memory can not be shared"),
    ],
)
def test_databases_that_do_not_fit_are_refused(tmp_path, url, message):
    with pytest.raises(InvalidValueError, match=message):
        SqlStore(url, FolderBlobStore(tmp_path))


def test_the_rows_themselves_refuse_a_number_twice(store, ask):
    job = ask(running_job(store))

    def write_again(connection):
        connection.execute(text("insert into events select * from events"))

    with pytest.raises(StorageError, match="UNIQUE constraint failed: events"):
        in_writer(store, ask, write_again)
    assert ask(store.events.last_seq(job.id)) == 2


def test_a_blob_is_taken_before_the_row_and_swept_when_the_row_fails(
    store, ask, tmp_path
):
    waiting, _ = ask(store.jobs.submit(a_job()))
    with pytest.raises(ConflictError):
        ask(store.events.append(waiting.id, [a_blob_event(2, tmp_path, "orphan")]))
    with pytest.raises(NotFoundError):
        ask(store.events.append("job_x", [a_blob_event(1, tmp_path, "other")]))
    assert ask(store.sweep(older_than_s=0)) == 2
    assert list(FolderBlobStore(tmp_path / "blobs").digests()) == []


def test_sweeping_works_through_many_blobs(store, ask, tmp_path):
    blobs = FolderBlobStore(tmp_path / "blobs")
    for number in range(520):
        path = tmp_path / "spooled"
        path.touch()
        blobs.put_file(path, digest_of(str(number)))
    release = a_release(version="1.1.0", text="7")
    ask(store.programs.publish(release, owner="u_a", description=""))
    assert ask(store.sweep(older_than_s=0)) == 519
    assert list(blobs.digests()) == [digest_of("7")]
