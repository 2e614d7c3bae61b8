"""The service as a process: started, killed, restarted, stopped, refused."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from program_runtime.bundle import single_file_bundle
from program_runtime.client import profiles
from program_runtime.client.api import ServiceApi
from program_runtime.client.stream import EventStream

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

SLOW = """
import time
def main(backend, user_messenger, seconds=0.0, messages=0):
    for number in range(messages):
        user_messenger.publish(number)
    ends = time.monotonic() + seconds
    while time.monotonic() < ends and not user_messenger.stop_requested:
        time.sleep(0.01)
    return {"messages": messages}
"""


class Process:
    """One ``python -m program_runtime.service`` and a client for it."""

    def __init__(self, data_dir, *options, code=None):
        self.data_dir = data_dir
        command = [sys.executable, "-m", "program_runtime.service"]
        command += ["--port", "0", "--data-dir", str(data_dir)]
        command += ["--config-dir", str(data_dir / "config"), *options]
        if code is not None:
            command[1:3] = ["-c", code]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self.ready = self.process.stdout.readline()
        assert self.ready, self.process.stderr.read()
        state = json.loads((data_dir / "service.json").read_text())
        self.url = state["url"]
        assert state["pid"] == self.process.pid
        self.token = (data_dir / "owner.token").read_text().strip()
        self.api = ServiceApi(self.url, self.token)

    def publish(self, name="slow", source=SLOW, **metadata):
        content = {"name": name, "version": "1.0.0", "spec": {}, **metadata}
        info = single_file_bundle(source, content, self.data_dir / "sent.zip")
        return self.api.put_release(name, "1.0.0", info.path, info.digest)

    def submit(self, program="slow", **inputs):
        body = {"program_id": program, "inputs": json.dumps(inputs)}
        return self.api.submit_job(body)["id"]

    def follow_until(self, job_id, count):
        """Read the job's events until there are so many."""
        events = []
        for event in EventStream(self.api, job_id):
            events.append(event)
            if len(events) == count:
                return events
        raise AssertionError(events)

    def stop(self, number=signal.SIGTERM):
        """Send a signal; returns exit code, stderr and how long it took."""
        self.api.close()
        began = time.monotonic()
        self.process.send_signal(number)
        _, errors = self.process.communicate(timeout=20)
        return self.process.returncode, errors, time.monotonic() - began


@pytest.fixture
def start(tmp_path):
    """Start services on one data directory; all are gone afterwards."""
    made = []

    @contextmanager
    def start(*options, **extra):
        process = Process(tmp_path / "data", *options, **extra)
        made.append(process)
        yield process

    def starting(*options, **extra):
        return start(*options, **extra).__enter__()

    yield starting
    for process in made:
        process.api.close()
        if process.process.poll() is None:
            process.process.kill()
        process.process.communicate()


def children_of(pid):
    """All processes below one, as pid to command."""
    parents = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if fields[0] != "Z":
            parents[int(entry.name)] = int(fields[1])
    below, found = {pid}, set()
    while below:
        below = {child for child, parent in parents.items() if parent in below}
        below -= found
        found |= below
    return found


def wait_until_gone(pids, timeout_s=10):
    ends = time.monotonic() + timeout_s
    while left := [pid for pid in pids if state_of(pid) not in {None, "Z"}]:
        assert time.monotonic() < ends, left
        time.sleep(0.02)


def state_of(pid):
    """The letter of a process's state; None if it is gone."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    return text.rpartition(")")[2].split()[0]


def test_the_road_from_the_ready_line_to_a_result(start):
    service = start()
    assert re.fullmatch(
        f"qrt service ready at {re.escape(service.url)} "
        rf"\(isolation (strong|reduced|none), data {re.escape(str(service.data_dir))}\)\n",
        service.ready,
    )
    modes = {
        name: (service.data_dir / name).stat().st_mode & 0o777
        for name in ("service.json", "owner.token", "db.sqlite3")
    }
    assert set(modes.values()) == {0o600}
    profile = profiles.load(service.data_dir / "config")["local"]
    assert (profile.url, profile.token.reveal()) == (service.url, service.token)
    assert service.api.whoami()["role"] == "admin"
    release, created = service.publish()
    assert created
    assert service.publish() == (release, False)
    job_id = service.submit(messages=3)
    events = list(EventStream(service.api, job_id))
    assert [event.seq for event in events] == list(range(1, 8))
    assert [event.data for event in events[2:5]] == ["0", "1", "2"]
    assert service.api.results(job_id).text == '{"messages": 3}'


def test_nothing_is_lost_when_the_service_is_killed(start):
    first = start("--workers", "1")
    first.publish()
    first.publish("other", SLOW)
    first.publish("again", SLOW, retry=True)
    done = first.submit(messages=2)
    first.api.results(done, wait_s=30)
    finished_events = first.api.events(done)
    running = first.submit(seconds=60, messages=5)
    first.follow_until(running, 7)
    queued = [first.submit("other", messages=1) for _ in range(3)]
    below = children_of(first.process.pid)
    first.process.kill()
    first.process.wait()
    wait_until_gone(below)

    second = start("--workers", "1")
    assert second.token == first.token
    names = [program["name"] for program in second.api.programs()["programs"]]
    assert sorted(names) == [
        *("again", "estimator", "executor", "other", "sampler", "slow")
    ]
    assert second.api.events(done) == finished_events
    assert second.api.results(done).text == '{"messages": 2}'
    for job_id in queued:
        assert second.api.results(job_id, wait_s=30).text == '{"messages": 1}'
    job = second.api.job(running)
    assert job["state"]["status"] == "Failed"
    assert job["failure"]["code"] == "service_restarted"
    assert "restarted while the job was running" in job["failure"]["message"]
    events = second.api.events(running)["events"]
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    interim = [event["data"] for event in events if event["type"] == "interim"]
    assert interim == ["0", "1", "2", "3", "4"]


def test_a_job_marked_retry_runs_again_after_a_kill(start):
    first = start()
    first.publish("again", SLOW, retry=True)
    job_id = first.submit("again", seconds=2, messages=2)
    first.follow_until(job_id, 4)
    first.process.kill()
    first.process.wait()
    second = start()
    assert second.api.results(job_id, wait_s=30).text == '{"messages": 2}'
    events = second.api.events(job_id)["events"]
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))


def test_an_idempotent_submission_is_the_same_job_after_a_kill(start):
    first = start()
    first.publish()
    body = {"program_id": "slow", "inputs": "{}"}
    job_id = first.api.submit_job(body, idempotency_key="k")["id"]
    first.process.kill()
    first.process.wait()
    second = start()
    assert second.api.submit_job(body, idempotency_key="k")["id"] == job_id
    assert second.api.jobs()["count"] == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_lets_short_jobs_finish_and_leaves_no_process(start, number):
    service = start()
    service.publish()
    job_id = service.submit(seconds=1, messages=1)
    service.follow_until(job_id, 3)
    below = children_of(service.process.pid)
    code, errors, took_s = service.stop(number)
    assert (code, errors) == (0, "")
    assert took_s < 15
    wait_until_gone(below)
    assert not (service.data_dir / "service.json").exists()
    again = start()
    assert again.api.results(job_id).text == '{"messages": 1}'


def test_a_stop_ends_long_jobs_within_fifteen_seconds(start):
    service = start()
    service.publish(source=SLOW.replace("and not user_messenger.stop_requested", ""))
    job_id = service.submit(seconds=600, messages=1)
    service.follow_until(job_id, 3)
    code, _, took_s = service.stop()
    assert code == 0
    assert took_s < 15
    again = start()
    assert again.api.job(job_id)["failure"]["code"] == "service_restarted"


def test_an_unused_service_ends_by_itself(start):
    service = start("--idle-exit", "0.5")
    service.api.close()
    assert service.process.wait(timeout=20) == 0
    assert not (service.data_dir / "service.json").exists()


def test_a_service_with_a_running_job_is_not_unused(start):
    service = start("--idle-exit", "6")
    service.publish()
    service.submit(seconds=8)
    service.api.close()
    began = time.monotonic()
    assert service.process.wait(timeout=60) == 0
    assert time.monotonic() - began > 8
    again = start()
    [job] = again.api.jobs()["jobs"]
    assert job["state"]["status"] == "Completed"


def refused(*options):
    command = [sys.executable, "-m", "program_runtime.service", *map(str, options)]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")
    return done.stderr


def test_a_second_service_on_the_same_data_directory_is_refused(start):
    service = start()
    said = refused("--port", "0", "--data-dir", service.data_dir)
    assert said == (
        f"error: Another service (process {service.process.pid}) uses "
        f"{service.data_dir}. Stop it first, or choose another folder with "
        "--data-dir.\n"
    )
    assert service.api.whoami()["name"] == "owner"


def test_a_port_in_use_is_refused(start, tmp_path):
    service = start()
    port = service.url.rpartition(":")[2]
    said = refused("--port", port, "--data-dir", tmp_path / "other")
    assert f"can not listen on 127.0.0.1:{port}: Address already in use." in said


@pytest.mark.parametrize("host", ["0.0.0.0", "10.11.12.13", "example.org"])
def test_plain_http_beyond_loopback_is_refused(tmp_path, host):
    said = refused("--host", host, "--port", "0", "--data-dir", tmp_path / "data")
    assert said == (
        f"error: Plain http on {host} would send tokens and inputs unprotected. "
        "Give --tls-cert and --tls-key or --tls-self-signed, or listen on 127.0.0.1.\n"
    )
    assert not (tmp_path / "data").exists()


def test_a_certificate_without_its_key_is_refused(tmp_path):
    said = refused("--tls-cert", "x.pem", "--data-dir", tmp_path / "data")
    assert "A certificate needs its key" in said


def test_the_server_process_never_imports_qiskit_or_numpy(start, tmp_path):
    report = tmp_path / "modules.json"
    code = (
        "import json, sys\n"
        "from program_runtime.service.__main__ import main\n"
        "status = main(sys.argv[1:])\n"
        f"json.dump(sorted(sys.modules), open({str(report)!r}, 'w'))\n"
        "sys.exit(status)\n"
    )
    service = start(code=code)
    service.publish()
    job_id = service.submit(messages=2)
    assert len(list(EventStream(service.api, job_id))) == 6
    assert service.api.backend_status("aer_simulator")["state"] is True
    service.api.metrics(job_id)
    service.api.interim_results(job_id)
    assert service.stop()[0] == 0
    tops = {name.partition(".")[0] for name in json.loads(report.read_text())}
    assert "fastapi" in tops
    assert tops.isdisjoint({"qiskit", "qiskit_aer", "numpy", "scipy", "rustworkx"})


def test_no_token_comes_into_what_the_process_writes(start, monkeypatch):
    monkeypatch.setenv("PYTHONUNBUFFERED", "1")
    service = start()
    ServiceApi(service.url, "qrt_planted-wrong-token").close()
    with pytest.raises(Exception, match="token is not valid"):
        ServiceApi(service.url, "qrt_planted-wrong-token").whoami()
    _, errors, _ = service.stop()
    written = service.ready + errors
    assert "qrt_planted" not in written
    assert service.token not in written
    assert os.environ.get("QRT_TOKEN") is None
