"""A disk that fills up under a running service.

Each test runs twice. On a small file system of its own, mounted in a private
namespace (as root, or as any user where the kernel lets users have namespaces), and
with a limit on what the service's process may write, which needs no rights at all.
"""

import contextlib
import hashlib
import json
import os
import re
import subprocess
import sys
import threading
from datetime import UTC, datetime

import pytest
import requests
from acceptance.disks import LIMITING, MIB, RefusedWrites, SmallDisk, mounting_words
from acceptance.live_service import LiveService

from program_runtime import errors

LARGE_BYTES = 24 * MIB
LEFT_BYTES = 12 * MIB

SOURCE = """
def main(backend, user_messenger, *, size=0, messages=0, forever=False, wait=False,
         lines=False, state=0, pad=""):
    user_messenger.publish("before")
    sent = 0
    while lines:
        print(sent, "z" * 4000)
        sent += 1
    while state:
        user_messenger.checkpoint({"sent": sent, "text": "c" * state})
        sent += 1
    while forever or sent < messages:
        user_messenger.publish({"sent": sent, "text": "x" * 4000})
        sent += 1
    while wait and not user_messenger.stop_requested:
        pass
    return "y" * size
"""


@pytest.fixture(scope="module", params=[SmallDisk, RefusedWrites])
def served_disk(request, tmp_path_factory):
    """A disk, the service on it and the program that fills it."""
    if request.param is SmallDisk and mounting_words() is None:
        pytest.skip("nothing can be mounted here; the same tests run with a limit")
    disk = request.param(tmp_path_factory.mktemp("full"))
    service = disk.service
    try:
        service.start()
        service.token = (disk.data_dir / "owner.token").read_text().strip()
        disk.client = service.client()
        disk.client.upload_program(SOURCE, {"name": "writer"})
        yield disk
    finally:
        service.stop()


@pytest.fixture
def disk(served_disk):
    """A disk with room, which has room again at the end, for a service that works."""
    yield served_disk
    served_disk.free()
    for job in served_disk.client.jobs(limit=None, pending=True):
        with contextlib.suppress(errors.RuntimeInvalidStateError):
            job.cancel()
    assert served_disk.service.alive
    assert served_disk.client.run("writer", {"size": 1}).result(60) == "y"


def end_of(job):
    """Return the code and the message of a failed job."""
    with pytest.raises(errors.RuntimeJobFailureError) as caught:
        job.result(60)
    return caught.value.failure_code, caught.value.message.partition(": ")[2]


def until_nothing_runs(disk, job):
    """Wait for the program of a job, whose end may not be stored yet."""
    while not job.interim_results():  # it has not begun
        pass
    url = f"{disk.service.url}/healthz"
    while requests.get(url, timeout=60).json()["zygote"]["running"]:
        pass


def assert_gapless(job):
    events = list(job.events())
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    return events


def test_a_result_that_does_not_fit_fails_its_job_alone(disk):
    disk.fill(LEFT_BYTES)
    job = disk.client.run("writer", {"size": LARGE_BYTES})
    code, message = end_of(job)
    assert code == "storage"
    assert disk.reason in message
    assert job.interim_results() == ["before"]
    assert_gapless(job)
    assert disk.client.run("writer", {"size": 10}).result(60) == "y" * 10
    assert list((disk.data_dir / "spool").glob("payload-*")) == []
    disk.free()
    again = disk.client.run("writer", {"size": LARGE_BYTES})
    assert again.result(60) == "y" * LARGE_BYTES


def test_messages_that_do_not_fit_fail_their_job_and_the_stored_ones_stay(disk):
    got, begun = [], threading.Event()

    def note(_, message):
        got.append(message)
        begun.set()

    disk.fill(LEFT_BYTES)
    job = disk.client.run("writer", {"forever": True}, callback=note)
    assert begun.wait(60)
    if isinstance(disk, RefusedWrites):
        disk.fill(0)
    until_nothing_runs(disk, job)
    disk.free()
    code, message = end_of(job)
    assert code == "storage"
    stored = r"(A message|The end) was not stored: the database failed: .+"
    assert re.fullmatch(stored, message)
    stored = job.interim_results()
    assert [each["sent"] for each in stored[1:]] == list(range(len(stored) - 1))
    job.wait_for_final_state(60)
    assert got == stored
    events = assert_gapless(job)
    assert json.loads(events[-1].data) == {"status": "Failed", "code": "storage"}


def test_lines_that_do_not_fit_fail_their_job_and_the_stored_ones_stay(disk):
    disk.fill(LEFT_BYTES)
    job = disk.client.run("writer", {"lines": True})
    if isinstance(disk, RefusedWrites):
        while "zzz" not in job.logs():
            pass
        disk.fill(0)
    until_nothing_runs(disk, job)
    disk.free()
    code, message = end_of(job)
    # Where there is room for all that a job may print, that limit comes first.
    assert code in {"storage", "output"}
    assert "not stored" in message or "printed" in message
    assert_gapless(job)
    whole = job.logs().splitlines()[:-1]
    assert whole == [f"{number} {'z' * 4000}" for number in range(len(whole))]


def test_a_checkpoint_that_does_not_fit_fails_its_job_and_the_last_one_stays(disk):
    disk.fill(LEFT_BYTES)
    job = disk.client.run("writer", {"state": 4 * MIB})
    if isinstance(disk, RefusedWrites):
        path = f"/jobs/{job.job_id()}/events?after=3&wait=9"
        while not disk.service.http("GET", path).json()["events"]:
            pass
        disk.fill(MIB)
    until_nothing_runs(disk, job)
    disk.free()
    code, message = end_of(job)
    assert code == "storage"
    # Which write is refused first, that of the file or the database's, is chance.
    assert disk.reason in message or "the database failed" in message
    kept = [event for event in assert_gapless(job) if event.type == "checkpoint"]
    for number, event in enumerate(kept):
        path = f"/jobs/{job.job_id()}/blobs/{event.blob}"
        state = json.loads(disk.service.http("GET", path).text)
        assert state == {"sent": number, "text": "c" * 4 * MIB}


def test_what_is_uploaded_to_a_full_disk_is_refused_whole_and_taken_later(disk):
    metadata = {"name": f"later-{type(disk).__name__.lower()}"}
    source = f"{SOURCE}\n# {'#' * 300_000}"
    content = b"7" * (8 * MIB)
    digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
    disk.fill()
    blob = disk.service.http("PUT", f"/blobs/{digest}", data=content)
    assert (blob.status_code, blob.json()["error"]["code"]) == (507, "storage")
    with pytest.raises(errors.ApiError) as caught:
        disk.client.upload_program(source, metadata)
    assert (caught.value.status, caught.value.service_code) == (507, "storage")
    assert list((disk.data_dir / "spool").glob("upload-*")) == []
    disk.free()
    names = [program.program_id for program in disk.client.programs(limit=None)]
    assert metadata["name"] not in names
    assert disk.service.http("PUT", f"/blobs/{digest}", data=content).status_code == 201
    disk.client.upload_program(source, metadata)
    assert disk.client.run(metadata["name"], {"size": 2}).result(60) == "yy"


def submitted_until_refused(disk):
    """Submit jobs, while room is left in files that are there already."""
    inputs = json.dumps({"pad": "x" * 50_000})
    body = {"program_id": "writer", "inputs": inputs}
    taken = []
    while len(taken) < 500:
        answer = disk.service.http("POST", "/jobs", json=body)
        if answer.status_code != 201:
            return taken, answer
        taken.append(answer.json()["id"])
    raise AssertionError("the disk does not become full")


def test_what_is_asked_for_on_a_full_disk_is_refused_with_507(disk):
    account = {"QRT_URL": disk.service.url, "QRT_TOKEN": disk.service.token}
    before = disk.client.run("writer", {"size": 3})
    assert before.result(60) == "yyy"
    disk.fill()
    taken, refused = submitted_until_refused(disk)
    path = "/programs/other/releases/1.0.0"
    upload = disk.service.http("PUT", path, data=bytes(2 * MIB))
    for answer in (refused, upload):
        assert answer.status_code == 507, answer.text
        assert answer.json()["error"]["code"] == "storage"
    assert upload.json()["error"]["message"] == (
        f"The service can not store this: {disk.reason}."
    )
    pad = {"pad": "x" * 50_000}
    with pytest.raises(errors.ApiError) as caught:
        disk.client.run("writer", pad)
    assert (caught.value.status, caught.value.service_code) == (507, "storage")
    words = ("submit", "writer", "-i", "@-")
    error = disk.service.refusal(*words, code=1, stdin=json.dumps(pad), **account)
    assert error["code"] == "storage"
    assert error["message"].startswith("the database failed: ")
    # What is stored can be read all the same.
    assert disk.service.http("GET", "/jobs").status_code == 200
    assert disk.client.job(before.job_id()).result(10) == "yyy"
    assert list((disk.data_dir / "spool").glob("upload-*")) == []
    disk.free()
    done = disk.service.qrt("submit", "writer", "-i", "size=2", "--follow", **account)
    assert done.stdout == '"yy"\n'
    for job_id in taken:  # none that was taken is lost
        job = disk.client.job(job_id)
        job.wait_for_final_state(60)
        assert_gapless(job)
        if job.state() == "Failed":
            assert end_of(job)[0] == "storage"


def begun(disk, size):
    """Run a job that waits for its stop; its first message is stored."""
    stored = threading.Event()
    inputs = {"wait": True, "size": size}
    job = disk.client.run("writer", inputs, callback=lambda *_: stored.set())
    assert stored.wait(60)
    job.cancel_result_streaming()
    return job


def test_jobs_that_wait_while_the_disk_is_full_run_when_there_is_room(disk):
    running = begun(disk, LARGE_BYTES)
    # Every worker is taken, and what its job said is stored, before the disk is full.
    busy = [begun(disk, n) for n in range(max(2, os.cpu_count() or 2) - 1)]
    waiting = [disk.client.run("writer", {"wait": True, "size": n}) for n in range(6)]
    disk.fill()
    submitted_until_refused(disk)
    running.stop()
    path = f"/jobs/{running.job_id()}?wait=1"
    assert disk.service.http("GET", path).json()["state"]["status"] != "Completed"
    disk.free()
    freed = datetime.now(UTC)
    code, message = end_of(running)
    assert code == "storage"
    assert "not stored: " in message
    for size, job in enumerate(busy):
        job.stop()
        assert job.result(60) == "y" * size
    assert sum(ran(disk, job, n, freed) for n, job in enumerate(waiting)) >= 5


def ran(disk, job, size, freed):
    """Whether a job ran that had room; one whose turn came before may have failed."""
    path = f"/jobs/{job.job_id()}"
    while job.state() == "Queued":
        disk.service.http("GET", f"{path}/events?wait=1&after=1")
    with contextlib.suppress(errors.RuntimeInvalidStateError):
        job.stop()
    job.wait_for_final_state(60)
    if job.state() == "Failed":
        assert end_of(job)[0] == "storage"
        started = disk.service.http("GET", path).json()["started"]
        assert datetime.fromisoformat(started) < freed
        return False
    assert job.result(60) == "y" * size
    return True


def test_a_service_that_can_not_start_on_a_full_disk_says_why(tmp_path):
    (tmp_path / "limit").write_text("0")
    service = LiveService(tmp_path)
    words = [sys.executable, "-c", LIMITING, tmp_path / "limit", "serve"]
    done = subprocess.run(
        [*map(str, words), "--port", "0"],
        env=service.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    service.stop()
    assert done.returncode == 1
    assert done.stdout == "limited\n"
    assert done.stderr.splitlines() == [
        (
            f"error: The data directory {service.data_dir} can not be used: "
            "File too large."
        ),
        "hint: Make room or mend its rights, or choose another one with --data-dir.",
    ]
