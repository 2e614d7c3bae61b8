"""A clock that is put back while the service works.

Other faults have files of their own: test_service_locked.py here, and in
tests/acceptance test_full_disk.py, test_read_only.py, test_few_descriptors.py,
test_slow_readers.py.
"""

import itertools
import json
import sys
import time
from datetime import datetime

import pytest
from service_in_process import service_for

from program_runtime.service.executors import LocalExecutor
from program_runtime.service.store import FolderBlobStore, SqlStore

HOUR_S = 3600.0
PROGRAM = """
import time

def main(backend, user_messenger, *, count=0, forever=False):
    for number in range(count):
        user_messenger.publish(number)
        print(number)
        time.sleep(0.02)
    while forever:
        time.sleep(0.01)
    return count
"""


@pytest.fixture
def backwards(monkeypatch):
    """Let each look at the clock of the day show an hour less than the last."""
    began = time.time()
    hours = itertools.count()
    monkeypatch.setattr(time, "time", lambda: began - HOUR_S * next(hours))


def serving(folder, executor=None, **settings):
    blobs = FolderBlobStore(folder / "blobs", clock=time.time)
    url = f"sqlite:///{folder}/db.sqlite3"
    store = SqlStore(url, blobs, clock=time.time)
    return service_for(
        folder, blobs=blobs, store=store, executor=executor, workers=1, **settings
    )


def moments(job):
    return [datetime.fromisoformat(job[key]) for key in ("created", "started", "ended")]


@pytest.mark.fork
@pytest.mark.skipif(sys.platform != "linux", reason="needs fork")
def test_a_program_runs_and_its_log_keeps_its_order(tmp_path, backwards):
    executor = LocalExecutor(spool_dir=tmp_path / "data" / "spool", pool_size=1)
    with serving(tmp_path, executor, wall_time_s=30) as service:
        service.seed(source=PROGRAM)
        job_id = service.u_b.submit(inputs='{"count": 5}')
        job = service.u_b.finished(job_id)
        assert job["state"]["status"] == "Completed", job
        events = service.u_b.stream(job_id)
        assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
        times = [event["time"] for event in events]
        assert times != sorted(times)  # the clock was put back, indeed
        assert service.u_b.get(f"/jobs/{job_id}/interim_results").json() == [*range(5)]
        assert service.u_b.get(f"/jobs/{job_id}/logs").text == "0\n1\n2\n3\n4\n"
        assert moments(job) == sorted(moments(job))
        assert 0 < job["usage"]["wall_s"] < 30
        page = service.u_b.get(f"/jobs/{job_id}/events?after=3&limit=2").json()
        assert [event["seq"] for event in page["events"]] == [4, 5]

        endless = service.u_b.submit(inputs='{"forever": true}', max_execution_time=1)
        ended = service.u_b.finished(endless)
        assert ended["failure"]["code"] == "wall_time"
        assert 1 <= ended["usage"]["wall_s"] < 20


def test_jobs_are_listed_and_run_in_the_order_in_which_they_came(
    tmp_path, backwards, gate
):
    order = []

    async def script(run):
        if not gate.reached.is_set():
            await gate.wait()
        order.append(json.loads(await run.inputs())["n"])

    with serving(tmp_path) as service:
        service.seed()
        service.script(script)
        ids = [service.u_b.submit(inputs=json.dumps({"n": n})) for n in range(5)]
        assert gate.reached.wait(10)
        gate.open()
        for job_id in ids:
            assert service.u_b.finished(job_id)["state"]["status"] == "Completed"
        assert order == [0, 1, 2, 3, 4]
        listed = service.u_b.get("/jobs?sort=ASC").json()["jobs"]
        assert [job["id"] for job in listed] == ids
        assert service.do(service.store.sweep) == 0


def test_waits_end_after_the_time_that_was_asked_for(tmp_path, backwards, gate):
    async def script(run):
        await gate.wait()

    with serving(tmp_path) as service:
        service.seed()
        service.script(script)
        job_id = service.u_b.submit()
        answer = service.u_b.get(f"/jobs/{job_id}?wait=0.2").json()
        assert answer["state"]["status"] in {"Queued", "Running"}
        page = service.u_b.get(f"/jobs/{job_id}/events?after=2&wait=0.2").json()
        assert page == {"events": [], "last_seq": 2, "final": False}
        gate.open()
        assert service.u_b.finished(job_id)["state"]["status"] == "Completed"
