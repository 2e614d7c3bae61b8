"""Another process holds the database for a long time."""

import contextlib
import sqlite3

import pytest

from program_runtime.errors import StorageBusyError
from program_runtime.service.executors import InMemoryExecutor
from program_runtime.service.store import FolderBlobStore, SqlStore
from program_runtime.service.store.sql import engine


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """The database itself waits for less time than a test may take."""
    monkeypatch.setattr(engine, "_BUSY_TIMEOUT_S", 0.05)


@pytest.fixture
def served(make_service, tmp_path):
    """A service on a database that others can open, and a gate in its program."""
    blobs = FolderBlobStore(tmp_path / "blobs")
    store = SqlStore(f"sqlite:///{tmp_path}/db.sqlite3", blobs)
    with make_service(blobs=blobs, store=store, workers=1) as service:
        service.seed()
        yield service


@contextlib.contextmanager
def locked(path):
    """Hold the database as a foreign tool would that forgot to let go."""
    other = sqlite3.connect(path / "db.sqlite3", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


def numbers(events):
    return [event["seq"] for event in events]


def test_what_would_be_written_is_refused_for_now_and_what_is_there_is_read(
    served, tmp_path
):
    job_id = served.u_b.submit()
    served.u_b.finished(job_id)
    with locked(tmp_path):
        refused = served.u_b.post("/jobs", json={"program_id": "hello"})
        assert refused.status_code == 503
        assert refused.headers["Retry-After"] == "5"
        assert refused.json()["error"] == {
            "code": "storage_busy",
            "message": "the database failed: database is locked",
            "hint": "Another process holds it; try again when it has let go.",
        }
        assert served.u_b.get(f"/jobs/{job_id}/results").text == "{}"
        assert numbers(served.u_b.stream(job_id)) == [1, 2, 3, 4]
        health = served.client.get("/healthz")
        assert (health.status_code, health.json()["status"]) == (200, "degraded")
        locked_out = "can not be written: the database failed: database is locked"
        assert health.json()["store"] == locked_out
    assert served.client.get("/healthz").json()["store"] == "ok"
    again = served.u_b.submit()
    assert served.u_b.finished(again)["state"]["status"] == "Completed"
    assert served.u_b.get("/jobs").json()["count"] == 2


def test_messages_and_the_end_of_a_running_job_wait_for_the_database(
    served, gate, tmp_path, caplog
):
    @served.script
    async def script(run):
        await run.publish("1")
        await gate.wait()
        await run.publish("2", "3")
        return '"done"'

    job_id = served.u_b.submit()
    assert gate.reached.wait(10)
    with locked(tmp_path):
        gate.open()
        while "waits to be stored" not in caplog.text:
            page = served.u_b.get(f"/jobs/{job_id}/events").json()
            assert numbers(page["events"]) == [1, 2, 3]
        job = served.u_b.get(f"/jobs/{job_id}").json()
        assert job["state"]["status"] == "Running"
    assert served.u_b.get(f"/jobs/{job_id}/results?wait=20").json() == "done"
    events = served.u_b.get(f"/jobs/{job_id}/events").json()["events"]
    assert numbers(events) == list(range(1, 8))
    assert [e["data"] for e in events if e["type"] == "interim"] == ["1", "2", "3"]


def test_queued_jobs_are_taken_when_the_database_is_free_again(
    served, gate, tmp_path, caplog
):
    served.hold(gate)
    first = served.u_b.submit()
    assert gate.reached.wait(10)
    waiting = [served.u_b.submit() for _ in range(3)]
    del served.executor.script
    served.script(InMemoryExecutor().script)
    with locked(tmp_path):
        gate.open()
        while "waits to be stored" not in caplog.text:
            assert served.u_b.get("/jobs?pending=true").json()["count"] == 4
    for job_id in (first, *waiting):
        assert served.u_b.finished(job_id)["state"]["status"] == "Completed"


def test_a_cancel_that_can_not_be_stored_is_refused_and_works_later(
    served, gate, tmp_path
):
    served.hold(gate)
    served.u_b.submit()
    queued = served.u_b.submit()
    assert gate.reached.wait(10)
    with locked(tmp_path):
        assert served.u_b.post(f"/jobs/{queued}/cancel").status_code == 503
    assert served.u_b.post(f"/jobs/{queued}/cancel").status_code == 204
    assert served.u_b.finished(queued)["state"]["status"] == "Cancelled"
    gate.open()


def test_a_service_that_stops_while_the_database_is_held_ends_all_the_same(
    make_service, gate, tmp_path, caplog
):
    blobs = FolderBlobStore(tmp_path / "blobs")
    url = f"sqlite:///{tmp_path}/db.sqlite3"

    async def script(run):
        await run.publish("1")
        await gate.wait()
        await run.publish("2")

    with contextlib.ExitStack() as held:
        with make_service(
            blobs=blobs, store=SqlStore(url, blobs), executor=InMemoryExecutor(script)
        ) as service:
            service.seed(retry=True)
            service.u_b.submit()
            assert gate.reached.wait(10)
            held.enter_context(locked(tmp_path))
            gate.open()
        assert "are settled at the next start" in caplog.text
    with sqlite3.connect(tmp_path / "db.sqlite3") as other:
        [row] = other.execute("select status, last_seq from jobs").fetchall()
    other.close()
    assert row == ("Running", 3)


def test_a_store_that_can_not_be_opened_says_that_it_is_held(make_service, tmp_path):
    blobs = FolderBlobStore(tmp_path / "blobs")
    sqlite3.connect(tmp_path / "db.sqlite3").close()
    with (
        locked(tmp_path),
        pytest.raises(StorageBusyError, match="database is locked"),
        make_service(
            blobs=blobs, store=SqlStore(f"sqlite:///{tmp_path}/db.sqlite3", blobs)
        ),
    ):
        pytest.fail("it was opened")
