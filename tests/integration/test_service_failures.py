"""What goes wrong behind the service: a full disk, a lost release, a stop."""

import asyncio
import json

import pytest
from service_in_process import service_for

from program_runtime.errors import StorageError
from program_runtime.execution.events import EventType
from program_runtime.service.executors import InMemoryExecutor
from program_runtime.service.store import MemoryBlobStore, MemoryStore


def full(*_, **__):
    raise StorageError("No space left on device")


class FullDisk:
    """Makes a method of a store fail a number of times."""

    def __init__(self, owner, name, times=1):
        self.original = getattr(owner, name)
        self.left = times
        setattr(owner, name, self)

    async def __call__(self, *arguments, **options):
        if self.left:
            self.left -= 1
            full()
        return await self.original(*arguments, **options)


def test_a_full_disk_fails_the_job_and_the_service_lives(service):
    service.seed()

    @service.script
    async def script(run):
        await run.publish("1")

    FullDisk(service.store.events, "append", times=1)
    job = service.u_b.finished(service.u_b.submit())
    assert job["state"]["status"] == "Failed"
    assert job["failure"]["code"] == "storage"
    assert job["last_seq"] == 4

    job = service.u_b.finished(service.u_b.submit())
    assert job["state"]["status"] == "Completed"


def test_an_end_that_can_not_be_stored_is_stored_later(service, caplog):
    service.seed()
    FullDisk(service.store.jobs, "finish", times=2)
    job = service.u_b.finished(service.u_b.submit())
    assert job["failure"]["code"] == "storage"
    assert "No space left on device" in job["failure"]["message"]
    assert "can not be stored yet" in caplog.text
    events = service.u_b.get(f"/jobs/{job['id']}/events").json()["events"]
    assert [event["seq"] for event in events] == [1, 2, 3, 4]
    assert [event["type"] for event in events[2:]] == ["error", "status"]


def test_a_claim_that_fails_is_tried_again(tmp_path, gate):
    with service_for(tmp_path, workers=1) as service:
        service.seed()
        service.hold(gate)
        first, second = service.u_b.submit(), service.u_b.submit()
        assert gate.reached.wait(10)

        @service.script
        async def script(run):
            await run.publish("1")

        FullDisk(service.store.jobs, "claim", times=1)
        gate.open()
        for job_id in (first, second):
            assert service.u_b.finished(job_id)["state"]["status"] == "Completed"


def test_a_submission_that_can_not_be_stored_is_507(service):
    service.seed()
    FullDisk(service.store.jobs, "submit")
    answer = service.u_b.post("/jobs", json={"program_id": "hello"})
    assert answer.status_code == 507
    assert answer.json()["error"]["code"] == "storage"
    assert answer.json()["error"]["message"] == "No space left on device"


def test_an_upload_onto_a_full_disk_is_507_and_leaves_nothing(service, monkeypatch):
    from program_runtime.service import transfer

    def no_space(path, piece, digest):
        raise transfer._disk(OSError(28, "No space left on device"))

    monkeypatch.setattr(transfer, "_write", no_space)
    answer = service.u_b.put(f"/blobs/sha256:{'0' * 64}", content=b"x")
    assert answer.status_code == 507
    message = "The service can not store this: No space left on device."
    assert answer.json()["error"]["message"] == message
    assert list(service.context.spool_dir.iterdir()) == []


def test_a_job_whose_release_is_lost_fails_and_the_next_one_runs(service):
    lost = service.seed()
    service.context.blobs.delete(lost.digest)
    job = service.u_b.finished(service.u_b.submit())
    assert job["failure"]["code"] == "internal"
    service.seed("other")
    job = service.u_b.finished(service.u_b.submit("other"))
    assert job["state"]["status"] == "Completed"


def test_an_executor_that_raises_fails_the_job_and_not_the_worker(service, caplog):
    service.seed()
    original = service.executor.run

    async def broken(*_, **__):
        service.executor.run = original
        raise RuntimeError("boom")

    service.executor.run = broken
    job = service.u_b.finished(service.u_b.submit())
    assert job["failure"]["code"] == "internal"
    assert job["failure"]["message"] == "The service could not run the job."
    assert "boom" in caplog.text
    assert service.u_b.finished(service.u_b.submit())["state"]["status"] == "Completed"


def test_jobs_are_run_in_turn_by_as_many_workers_as_there_are(make_service):
    running, most = 0, 0

    async def script(run):
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.01)
        running -= 1

    with make_service(workers=3, executor=InMemoryExecutor(script)) as service:
        service.seed()
        ids = [service.u_b.submit() for _ in range(12)]
        states = {service.u_b.finished(id_)["state"]["status"] for id_ in ids}
    assert (states, most) == ({"Completed"}, 3)


@pytest.mark.parametrize(
    ("retry", "kind", "code"),
    [
        (False, EventType.INTERIM, "service_restarted"),
        (False, EventType.CHECKPOINT, None),
        (True, EventType.INTERIM, None),
    ],
)
def test_a_stop_queues_again_what_may_run_again(make_service, gate, retry, kind, code):
    blobs = MemoryBlobStore()
    store = MemoryStore(blobs)

    async def script(run):
        await run.publish("1")
        await run.publish('{"at": 1}', kind=kind)
        await gate.wait()

    executor = InMemoryExecutor(script)
    with make_service(blobs=blobs, store=store, executor=executor) as service:
        service.seed(retry=retry)
        job_id = service.u_b.submit()
        assert gate.reached.wait(10)
    job = asyncio.run(store.jobs.get(job_id))
    assert (job.status, job.failure_code) == ("Failed" if code else "Queued", code)
    assert job.attempts == (1 if code else 0)
    events = asyncio.run(store.events.read(job_id))
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert events[2].data == "1"


def test_a_job_that_runs_again_gets_its_last_checkpoint(make_service, gate):
    blobs = MemoryBlobStore()
    store = MemoryStore(blobs)

    async def first(run):
        await run.publish('{"at": 1}', '{"at": 2}', kind=EventType.CHECKPOINT)
        await gate.wait()

    async def second(run):
        return run.spec.restored

    executor = InMemoryExecutor(first)
    with make_service(blobs=blobs, store=store, executor=executor) as service:
        service.seed(retry=True)
        job_id = service.u_b.submit()
        assert gate.reached.wait(10)
    app_tokens = store.users
    executor.script = second

    async def revoke_all():
        for user in await app_tokens.list():
            await app_tokens.revoke(user.name)

    asyncio.run(revoke_all())
    with make_service(blobs=blobs, store=store, executor=executor) as service:
        result = service.u_b.get(f"/jobs/{job_id}/results?wait=10")
        assert json.loads(result.text) == {"at": 2}
