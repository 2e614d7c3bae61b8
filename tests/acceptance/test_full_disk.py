"""A disk that fills up under a running service.

Each test runs twice. On a small file system of its own, mounted in a private
namespace (as root, or as any user where the kernel lets users have namespaces), and
with a limit on what the service's process may write, which needs no rights at all.
"""

import contextlib
import functools
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import requests
from acceptance.live_service import QRT, LiveService

from program_runtime import errors

MIB = 1024 * 1024
LARGE_BYTES = 24 * MIB
LEFT_BYTES = 12 * MIB

SOURCE = """
def main(backend, user_messenger, *, size=0, messages=0, forever=False, wait=False, pad=""):
    user_messenger.publish("before")
    sent = 0
    while forever or sent < messages:
        user_messenger.publish({"sent": sent, "text": "x" * 4000})
        sent += 1
    while wait and not user_messenger.stop_requested:
        pass
    return "y" * size
"""

MOUNTING = 'mount -t tmpfs -o size=192m tmpfs "$QRT_DATA_DIR" && exec "$@"'

LIMITING = """
import resource, signal, sys
from pathlib import Path

file = Path(sys.argv.pop(1))

def limit(*_):
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(file.read_text()), hard))
    print("limited", flush=True)

signal.signal(signal.SIGUSR1, limit)
if file.exists():
    limit()
from toolkit.cli import main
sys.exit(main())
"""


class SmallDisk:
    """A file system of 192 MiB, seen by the service alone; it goes with its process."""

    reason = "No space left on device"

    def __init__(self, folder):
        (folder / "data").mkdir()
        mounting = [*mounting_words(), "sh", "-c", MOUNTING, "sh"]
        self.service = LiveService(folder, wrapper=[*mounting, QRT, "serve"])

    @property
    def data_dir(self):
        root = Path(f"/proc/{self.service.process.pid}/root")
        return root / self.service.data_dir.relative_to("/")

    def fill(self, left=0):
        """Leave so many bytes."""
        with (self.data_dir / "filler").open("ab", buffering=0) as filler:
            with contextlib.suppress(OSError):
                while filler.write(bytes(MIB)):
                    pass
            with contextlib.suppress(OSError):
                while filler.write(bytes(512)):
                    pass
            filler.truncate(max(filler.tell() - left, 0))

    def free(self):
        """Make room again."""
        (self.data_dir / "filler").unlink(missing_ok=True)


class RefusedWrites:
    """Any file system, on which the service's process may not write further."""

    reason = "File too large"

    def __init__(self, folder):
        self._limit = folder / "limit"
        wrapper = [sys.executable, "-c", LIMITING, self._limit, "serve"]
        self.service = LiveService(folder, wrapper=wrapper)
        self.data_dir = self.service.data_dir

    def fill(self, left=0):
        """Let no file have more than so many bytes."""
        self._limit.write_text(str(left))
        self.service.process.send_signal(signal.SIGUSR1)
        assert self.service.process.stdout.readline() == "limited\n"

    def free(self):
        """Take the limit away."""
        self.fill(-1)


@functools.cache
def mounting_words():
    """Return what runs a command that may mount, or None where nothing may."""
    if shutil.which("unshare") is None:
        return None
    for rights in ([], ["--user", "--map-root-user"]):
        words = ["unshare", *rights, "--mount"]
        probe = [*words, "mount", "-t", "tmpfs", "tmpfs", "/tmp"]
        if subprocess.run(probe, check=False, capture_output=True).returncode == 0:
            return words
    return None


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


def until_nothing_runs(disk):
    """Wait for the programs, whose ends may not be stored yet."""
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
    until_nothing_runs(disk)
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
    code, message = end_of(running)
    assert code == "storage"
    assert "not stored: " in message
    for size, job in [*enumerate(busy), *enumerate(waiting)]:
        while job.state() == "Queued":
            disk.service.http("GET", f"/jobs/{job.job_id()}/events?wait=1&after=1")
        job.stop()
        assert job.result(60) == "y" * size


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
