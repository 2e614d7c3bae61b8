"""A service at work is backed up, lost, and restored somewhere else."""

import contextlib
import hashlib
import json
import tarfile
import threading

import pytest
from acceptance.live_service import LiveService, serving

from program_runtime import errors

SOURCE = """
import time

def main(backend, user_messenger, *, count=3, size=0, wait=False, seconds=0.0):
    for number in range(count):
        user_messenger.publish({"n": number, "text": "x" * size})
    ends = time.monotonic() + seconds
    while (wait or time.monotonic() < ends) and not user_messenger.stop_requested:
        time.sleep(0.01)
    return {"count": count, "text": "y" * size}
"""


class Work(threading.Thread):
    """Submits jobs, some with an upload, until it is told to stop."""

    def __init__(self, service, token):
        super().__init__(daemon=True)
        self._service, self._token = service, token
        self._over = threading.Event()
        self.enough = threading.Event()
        self.accepted = []
        self.start()

    def run(self):
        number = 0
        while not self._over.wait(0.05):
            number += 1
            with contextlib.suppress(errors.ServiceUnreachableError):
                self.accepted.append(self._submit(number))
            if number == 10:
                self.enough.set()

    def _submit(self, number):
        send = self._service.http
        body = {"program_id": "counter", "inputs": json.dumps({"count": number})}
        if number % 2:
            text = json.dumps({"size": 70_000, "count": number})
            digest = f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
            put = send("PUT", f"/blobs/{digest}", data=text, token=self._token)
            assert put.status_code in {200, 201}, put.text
            body = {"program_id": "counter", "inputs_digest": digest}
        answer = send("POST", "/jobs", json=body, token=self._token)
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]

    def stop(self):
        self._over.set()
        self.join(60)
        assert not self.is_alive()


@pytest.fixture
def service(tmp_path):
    with serving(tmp_path / "first", workers=2) as service:
        yield service


@pytest.fixture(autouse=True)
def folders(tmp_path):
    for name in ("first", "second"):
        (tmp_path / name).mkdir()


def started(service, job_id, *, events):
    """Wait until a job has said so much."""
    while len(service.events(job_id)) < events:
        service.http("GET", f"/jobs/{job_id}/events?after={events - 1}&wait=1")


def record(service, job_id):
    """Return all that is known of a job."""
    parts = "", "/results", "/interim_results", "/logs", "/inputs"
    answers = [service.http("GET", f"/jobs/{job_id}{part}") for part in parts]
    return [(each.status_code, each.text) for each in answers], service.events(job_id)


def test_a_service_that_was_backed_up_at_work_goes_on_elsewhere(service, tmp_path):
    client = service.client()
    client.upload_program(SOURCE, {"name": "counter"})
    client.upload_program(SOURCE, {"name": "again", "retry": True})
    client.program("counter")
    service.http("PATCH", "/programs/counter", json={"visibility": "public"})
    token = service.add_user("u_a", role="user")
    done = [service.submit("counter", json.dumps({"size": n})) for n in (0, 90_000)]
    for job_id in done:
        assert service.finished(job_id)["state"]["status"] == "Completed"
    before = {job_id: record(service, job_id) for job_id in done}
    running = service.submit("counter", json.dumps({"wait": True}))
    again = service.submit("again", json.dumps({"seconds": 4}))
    started(service, running, events=5)
    started(service, again, events=5)

    work = Work(service, token)
    assert work.enough.wait(60)
    accepted = list(work.accepted)
    said = service.qrt("backup", tmp_path / "b.tar", "--json")
    work.stop()
    service.kill()

    held = json.loads(said.stdout)
    assert held["jobs"] >= len(accepted) + 4
    with tarfile.open(tmp_path / "b.tar") as archive:
        assert len(archive.getnames()) == 3 + held["blobs"]

    other = LiveService(tmp_path / "second", workers=2)
    told = service.qrt("restore", tmp_path / "b.tar", "--data-dir", other.data_dir)
    assert told.stdout == f"{other.data_dir}\n"
    try:
        other.start()
        assert other.token == service.token
        assert other.http("GET", "/users/me", token=token).json()["name"] == "u_a"
        assert {job_id: record(other, job_id) for job_id in done} == before
        assert other.count_jobs() == held["jobs"]
        jobs = other.http("GET", f"/jobs?limit={held['jobs']}").json()["jobs"]
        assert {job["id"] for job in jobs} >= {*done, running, again, *accepted}
        for job in jobs:
            ended = other.finished(job["id"])
            events = other.events(job["id"])
            assert [e["seq"] for e in events] == list(range(1, len(events) + 1))
            code = (ended["failure"] or {}).get("code")
            status = ended["state"]["status"]
            if job["id"] == running:
                assert (status, code) == ("Failed", "service_restarted")
            elif status != "Completed":
                assert code == "service_restarted"  # it ran when the copy was made
        assert other.finished(again)["state"]["status"] == "Completed"
        assert other.client(token).run("counter").result(60)["count"] == 3
    finally:
        other.stop()


def test_a_restore_does_not_touch_what_a_service_uses(service, tmp_path):
    backup = tmp_path / "b.tar"
    service.qrt("backup", backup)
    error = service.refusal("restore", backup, "--force", code=1)
    assert error["message"].startswith("Another service (process ")
    service.kill()
    error = service.refusal("restore", backup, code=1)
    assert error["message"] == (
        f"{service.data_dir} is not empty: it holds 0 jobs, 3 releases and 1 user."
    )
    service.qrt("restore", backup, "--force")
    service.start()
    assert service.http("GET", "/users/me").json()["name"] == "owner"


def test_a_database_elsewhere_is_found_by_what_the_service_says_of_itself(tmp_path):
    folder = tmp_path / "first"
    elsewhere = tmp_path / "elsewhere.db"
    with serving(folder, database_url=f"sqlite:///{elsewhere}") as service:
        token = service.add_user("u_a")
        service.qrt("backup", tmp_path / "b.tar")
    assert not (service.data_dir / "db.sqlite3").exists()
    other = LiveService(tmp_path / "second")
    service.qrt("restore", tmp_path / "b.tar", "--data-dir", other.data_dir)
    try:
        other.start()
        assert other.http("GET", "/users/me", token=token).json()["name"] == "u_a"
    finally:
        other.stop()
