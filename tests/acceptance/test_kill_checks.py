"""What the kill rounds look for is seen when it is there."""

import hashlib
import json
import secrets
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import requests
from acceptance import kill_ledger, kill_traces
from acceptance.kill_ledger import Entry, Ledger

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


class FakeService:
    """Answers submissions with these ids in turn."""

    def __init__(self, *ids, status=201, log=(), data_dir=None):
        self._ids, self._status = list(ids), status
        self._log = list(log)
        self.data_dir = data_dir
        self.jobs = len(ids)

    def http(self, method, path, **options):
        if path.endswith("/unreachable"):
            raise requests.ConnectionError
        job_id = self._ids.pop(0) if method == "POST" else None
        return SimpleNamespace(
            status_code=self._status, text="", json=lambda: {"id": job_id}
        )

    def events(self, job_id):
        return self._log

    def count_jobs(self):
        return self.jobs


def log(*entries):
    """Make a log of (type, fields)."""
    return [
        {"seq": seq, "type": kind, "data": json.dumps(fields)}
        for seq, (kind, fields) in enumerate(entries, 1)
    ]


RUNNING = ("status", {"status": "Running"})


def message(n):
    return ("interim", {"n": n})


def checked(*entries):
    service = FakeService(log=log(*entries))
    events = kill_ledger.stored(service, "job_1")
    return kill_ledger.check_messages(service, Entry("k", "walker", {}), events)


def test_a_gap_in_a_log_is_seen():
    service = FakeService(log=log(RUNNING, message(0), message(1)))
    assert len(kill_ledger.stored(service, "job_1")) == 3
    del service._log[1]
    with pytest.raises(AssertionError):
        kill_ledger.stored(service, "job_1")


@pytest.mark.parametrize("numbers", [(0, 1, 1), (0, 2), (1, 2), (0, 1, 0)], ids=str)
def test_a_message_that_is_doubled_or_missing_is_seen(numbers):
    with pytest.raises(AssertionError):
        checked(RUNNING, *map(message, numbers))


def test_a_start_goes_on_from_the_last_checkpoint_or_begins_anew():
    assert checked(RUNNING, message(0), RUNNING, message(0), message(1)) == [1, 2]
    saved = ("checkpoint", {"n": 1})
    assert checked(RUNNING, message(0), saved, RUNNING, message(1)) == [1, 2]
    assert checked(RUNNING, message(0), saved, RUNNING) == [1, 1]
    with pytest.raises(AssertionError):
        checked(RUNNING, message(0), saved, RUNNING, message(0))


def test_another_answer_to_the_same_key_is_seen():
    ledger = Ledger(FakeService("job_1", "job_2", status=200), "x")
    entry = ledger.entry("walker")
    ledger.submit(entry)
    with pytest.raises(AssertionError):
        ledger.submit(entry)


def test_a_job_that_is_made_again_is_seen():
    ledger = Ledger(FakeService("job_1", "job_1", status=201), "x")
    entry = ledger.entry("walker")
    ledger.submit(entry)
    with pytest.raises(AssertionError):
        ledger.submit(entry)


@pytest.mark.parametrize("jobs", [1, 3], ids=["lost", "doubled"])
def test_a_job_that_is_lost_or_doubled_is_seen(jobs):
    service = FakeService("job_1", "job_2")
    ledger = Ledger(service, "x")
    for _ in range(2):
        ledger.submit(ledger.entry("walker"))
    ledger.check_counts()
    service.jobs = jobs
    with pytest.raises(AssertionError):
        ledger.check_counts()


def test_an_upload_that_is_lost_or_damaged_is_seen(tmp_path):
    ledger = Ledger(FakeService(data_dir=tmp_path), "x")
    name = hashlib.sha256(b"data").hexdigest()
    assert ledger.upload(b"data") == f"sha256:{name}"
    with pytest.raises(FileNotFoundError):
        ledger.check_uploads()
    path = tmp_path / "blobs" / name[:2] / name
    path.parent.mkdir(parents=True)
    path.write_bytes(b"dat")
    with pytest.raises(AssertionError):
        ledger.check_uploads()
    path.write_bytes(b"data")
    ledger.check_uploads()


def test_a_call_that_is_cut_off_is_told_from_one_that_is_refused():
    ledger = Ledger(FakeService(status=500), "x")
    assert kill_ledger.lost(ledger._service.http, "GET", "/unreachable")
    assert not kill_ledger.lost(ledger._service.http, "GET", "/")
    with pytest.raises(AssertionError):
        ledger.upload(b"")


def test_a_process_that_is_left_is_seen(monkeypatch):
    mark = f"3600.{secrets.randbelow(10**9):09}"
    process = subprocess.Popen(["sleep", mark])
    while not Path(f"/proc/{process.pid}/cmdline").read_bytes():
        pass  # it is not yet what it was asked to be
    try:
        found = kill_traces.marked(mark.encode())
        assert list(found) == [process.pid]
        assert process.pid in kill_traces.children_of(kill_traces.os.getpid())
        before = kill_traces.identities([process.pid])
        assert len(before) == 1
        monkeypatch.setattr(kill_traces, "PATIENCE_S", 0.1)
        with pytest.raises(AssertionError, match="left behind: it: "):
            kill_traces.wait_until_empty(lambda: found, "it")
        kill_traces.kill(process.pid)
        kill_traces.wait_until_empty(
            lambda: kill_traces.identities([process.pid]), "a process nobody waited for"
        )
    finally:
        process.kill()
        process.wait()
    kill_traces.kill(process.pid)  # that is no error
    assert kill_traces.marked(mark.encode()) == {}


def test_what_a_server_has_started_is_found_by_its_words():
    parent = 10**9 + secrets.randbelow(10**9)
    words = [
        "-c",
        "print(1, flush=True); input()",
        "program_runtime.execution.zygote",
        "--parent",
    ]
    words += [str(parent), "--probe"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, *words], **pipes) as process:
        process.stdout.readline()  # until then it may have no words yet
        assert kill_traces.zygotes(parent) == [process.pid]
        assert kill_traces.zygotes(parent // 10) == []
        process.communicate(b"\n")


@pytest.mark.parametrize(
    "name",
    [
        "spool/upload-x",
        "spool/payload-x",
        "spool/release-x",
        "blobs/ab/x.partial",
        ".service.json.1",
    ],
)
def test_a_file_that_is_left_is_seen(tmp_path, name):
    assert kill_traces.files_left(tmp_path) == []
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).touch()
    assert kill_traces.files_left(tmp_path) == [name.rpartition("/")[2]]


def test_a_mount_is_seen():
    assert kill_traces.mounts_below("/proc")
    assert kill_traces.mounts_below("/nowhere") == []
