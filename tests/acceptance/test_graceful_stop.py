"""A service that is told to stop at work, and started again, as its callers live it."""

import json
import signal
import subprocess
import sys
import threading

import pytest
from acceptance.live_service import QRT, WAIT_S, LiveService

from program_runtime import errors

LONGEST_S = 15
LARGE_BYTES = 200_000
"""Of a checkpoint that lives in the blob store."""

SOURCE = """
import signal, time

def main(backend, user_messenger, *, steps=0, large=0, deaf=False, state=False):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    at = (user_messenger.restored or {"at": 0})["at"]
    user_messenger.publish({"from": at})
    if state:
        user_messenger.checkpoint({"at": at + 1, "pad": "x" * large})
    user_messenger.publish("begun")
    while at < steps and (deaf or not user_messenger.stop_requested):
        time.sleep(0.01)
        if user_messenger.stop_requested:
            user_messenger.publish("asked")
    return {"from": at, "asked": user_messenger.stop_requested}
"""


class Listener:
    """Keeps what a job publishes; another thread can wait for a message."""

    def __init__(self):
        self.messages = []
        self._changed = threading.Condition()

    def __call__(self, _job_id, message):
        with self._changed:
            self.messages.append(message)
            self._changed.notify_all()

    def wait_for(self, message, times=1):
        with self._changed:
            assert self._changed.wait_for(
                lambda: self.messages.count(message) >= times, WAIT_S
            ), self.messages


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """One worker, so that jobs wait; told to stop by every test, and started again."""
    service = LiveService(tmp_path_factory.mktemp("stopped"), workers=1, grace_s=2)
    try:
        client = service.start().client()
        client.upload_program(SOURCE, {"name": "worker"})
        client.upload_program(SOURCE, {"name": "again", "retry": True})
        yield service
    finally:
        service.stop()


def begin_stop(service, number=signal.SIGTERM):
    """Tell a service to stop, and wait until it says so."""
    service.process.send_signal(number)
    while service.http("PUT", "/blobs/sha256:0", data=b"").status_code != 503:
        pass


def end_of(service, timeout_s=LONGEST_S):
    """Wait for the end of a service that was told to stop; returns its status."""
    status = service.process.wait(timeout_s)
    service.process.stdout.close()
    return status


def stop(service, number=signal.SIGTERM):
    service.process.send_signal(number)
    assert end_of(service) == 0


def running(service, program="worker", **inputs):
    """Run a job; returns it when it has begun, with what listens to it."""
    listener = Listener()
    job = service.client().run(program, inputs, callback=listener)
    listener.wait_for("begun")
    return job, listener


def assert_gapless(service, job):
    events = service.events(job.job_id())
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    return events


def statuses(service, job):
    events = assert_gapless(service, job)
    said = [json.loads(e["data"]) for e in events if e["type"] == "status"]
    return [status["status"] for status in said]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_program_that_finishes_when_it_is_asked_completes_with_its_result(
    service, number
):
    job, _ = running(service, steps=1)
    stop(service, number)
    service.start()
    assert job.result(WAIT_S) == {"from": 0, "asked": True}
    state = service.http("GET", f"/jobs/{job.job_id()}").json()["state"]
    assert state == {
        "status": "Completed",
        "reason": "The service was stopping, so the program was asked to finish early.",
        "reason_code": None,
    }
    assert statuses(service, job) == ["Queued", "Running", "Completed"]


def test_a_program_that_ends_for_nobody_is_ended_and_its_job_says_why(service):
    job, listener = running(service, steps=1, deaf=True)
    stop(service)
    service.start()
    with pytest.raises(errors.RuntimeJobFailureError) as caught:
        job.result(WAIT_S)
    assert caught.value.failure_code == "service_restarted"
    assert listener.messages == job.interim_results()
    assert "asked" in listener.messages
    assert_gapless(service, job)


def test_a_job_that_may_run_again_is_not_asked_to_finish_but_queued_again(service):
    job, listener = running(service, "again", steps=1)
    waiting = service.client().run("again", {"steps": 0})
    stop(service)
    service.start()
    listener.wait_for("begun", times=2)
    job.stop()
    assert job.result(WAIT_S) == {"from": 0, "asked": True}
    states = ["Queued", "Running", "Queued", "Running", "Completed"]
    assert statuses(service, job) == states
    before = listener.messages[: listener.messages.index("begun") + 1]
    assert before == [{"from": 0}, "begun"]
    assert listener.messages[2:4] == [{"from": 0}, "begun"]
    assert waiting.result(WAIT_S)["from"] == 0


def test_a_job_goes_on_from_its_checkpoint_however_often_the_service_is_stopped(
    service,
):
    job, listener = running(service, steps=3, state=True, large=LARGE_BYTES)
    for times in (2, 3, 4):
        begin_stop(service)
        stop(service)  # the second signal: nobody is waited for
        service.start()
        listener.wait_for("begun", times=times)
    assert job.result(WAIT_S) == {"from": 3, "asked": False}
    began = [each["from"] for each in job.interim_results() if each != "begun"]
    assert began == [0, 1, 2, 3]
    assert_gapless(service, job)


def test_a_job_goes_on_from_its_checkpoint_after_a_crash(service):
    job, listener = running(service, steps=1, state=True, large=LARGE_BYTES)
    service.kill()
    service.start()
    listener.wait_for("begun", times=2)
    assert job.result(WAIT_S) == {"from": 1, "asked": False}
    assert_gapless(service, job)


def test_queued_jobs_stay_queued_and_run_after_the_next_start(service):
    job, _ = running(service, steps=1)
    listener = Listener()
    queued = [service.client().run("worker", callback=listener) for _ in range(3)]
    stop(service)
    assert listener.messages == []
    service.start()
    for each in queued:
        assert each.result(WAIT_S) == {"from": 0, "asked": False}
        assert statuses(service, each) == ["Queued", "Running", "Completed"]
    assert job.result(WAIT_S)["asked"]


def test_who_waits_for_a_result_gets_it_through_the_restart(service):
    job, listener = running(service, "again", steps=1)
    got = []
    waiting = threading.Thread(target=lambda: got.append(job.result(WAIT_S)))
    waiting.start()
    stop(service)
    service.start()
    listener.wait_for("begun", times=2)
    job.stop()
    waiting.join(WAIT_S)
    assert got == [{"from": 0, "asked": True}]


def test_new_work_is_refused_while_the_service_stops_and_the_rest_is_answered(service):
    job, _ = running(service, steps=1, deaf=True)
    begin_stop(service)
    submission = {"program_id": "worker", "inputs": "{}"}
    for answer in (
        service.http("POST", "/jobs", json=submission),
        service.http("PUT", "/programs/worker/releases/2.0.0", data=b"zip"),
    ):
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "5"
        assert answer.json()["error"] == {
            "code": "stopping",
            "message": "The service is stopping and takes no new work.",
            "hint": "Try again when it has been started again.",
        }
    assert service.http("GET", f"/jobs/{job.job_id()}").status_code == 200
    assert service.http("POST", f"/jobs/{job.job_id()}/cancel").status_code == 204
    assert end_of(service) == 0
    service.start()
    assert job.state() == "Cancelled"


@pytest.mark.parametrize("second", [signal.SIGTERM, signal.SIGINT])
def test_a_second_signal_ends_the_service_at_once(tmp_path, second):
    service = LiveService(tmp_path, workers=1, grace_s=12)
    try:
        service.start().client().upload_program(
            SOURCE, {"name": "again", "retry": True}
        )
        job, _ = running(service, "again", steps=1, deaf=True)
        begin_stop(service)
        service.process.send_signal(second)
        assert end_of(service, timeout_s=6) == 0
        service.start()
        assert statuses(service, job)[:3] == ["Queued", "Running", "Queued"]
    finally:
        service.stop()


STUCK = """
import sys, time
from program_runtime.service import context, http_server
http_server._LONGEST_STOP_S = (1.0, 1.0, 0.0)
context.Context.drain = lambda self: time.sleep(1000)
from toolkit.cli import main
sys.exit(main())
"""


def test_a_service_that_hangs_while_it_stops_is_ended_in_any_case(tmp_path):
    wrapper = [sys.executable, "-c", STUCK, "serve"]
    service = LiveService(tmp_path, wrapper=wrapper)
    try:
        service.start()
        service.process.send_signal(signal.SIGTERM)
        assert end_of(service) == 1
        assert "did not end in time" in service.log.read_text()
        service._wrapper = [QRT, "serve"]
        assert service.start().http("GET", "/users/me").status_code == 200
    finally:
        service.stop()


def test_the_command_follows_a_job_through_the_restart(service):
    job, listener = running(service, "again", steps=1)
    command = subprocess.Popen(
        [QRT, "follow", job.job_id()],
        env=service.environment | {"QRT_URL": service.url, "QRT_TOKEN": service.token},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert json.loads(command.stdout.readline()) == {"from": 0}
    stop(service)
    service.start()
    listener.wait_for("begun", times=2)
    job.stop()
    with command:
        lines = [json.loads(line) for line in command.stdout]
        told = command.stderr.read()
    assert command.returncode == 0, told
    assert lines[:3] == ["begun", {"from": 0}, "begun"]
