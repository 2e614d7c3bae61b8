"""A service that is killed at work and started again, as its callers live it.

What the process itself does then is in test_service_process.py.
"""

import contextlib
import json
import subprocess
import threading

import pytest
from acceptance.live_service import QRT, WAIT_S, LiveService

from program_runtime import errors

SOURCE = """
import time

def main(backend, user_messenger, *, count=5, size=0, forever=False, wait=False,
         fail=False):
    print("begun")
    sent = 0
    while forever or sent < count:
        user_messenger.publish({"n": sent, "text": "x" * size})
        user_messenger.metric(step=sent, n=sent)
        sent += 1
    while wait and not user_messenger.stop_requested:
        time.sleep(0.01)
    if fail:
        raise ValueError("asked to")
    return {"sent": sent, "text": "y" * size}
"""
STUBBORN = """
import signal, time

def main(backend, user_messenger):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    user_messenger.publish("begun")
    time.sleep(60)
"""
RESTARTED = (
    "The service was restarted while the job was running. "
    "What it had published before is kept."
)


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """One worker, so that jobs wait; killed by every test, and started again."""
    service = LiveService(tmp_path_factory.mktemp("killed"), workers=1)
    try:
        service.start().client().upload_program(SOURCE, {"name": "counter"})
        yield service
    finally:
        service.stop()


class Background(threading.Thread):
    """Runs a function beside the test, and hands over what it returns or raises."""

    def __init__(self, function, *arguments):
        super().__init__(daemon=True)
        self._call = (function, arguments)
        self.start()

    def run(self):
        function, arguments = self._call
        self.value = self.error = None
        try:
            self.value = function(*arguments)
        except Exception as error:  # noqa: BLE001 - raised again by outcome()
            self.error = error

    def outcome(self):
        self.join(WAIT_S)
        assert not self.is_alive()
        if self.error is not None:
            raise self.error
        return self.value


class Callback:
    """Keeps what a job publishes; another thread can wait for so many messages."""

    def __init__(self):
        self.messages = []
        self._changed = threading.Condition()

    def __call__(self, _job_id, message):
        with self._changed:
            self.messages.append(message)
            self._changed.notify_all()

    def wait_for(self, count):
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.messages) >= count, WAIT_S)


def everything(service, job_ids):
    """Return all that a service says about its users, programs and some jobs."""

    def get(path):
        answer = service.http("GET", path)
        return answer.status_code, answer.text

    programs = json.loads(get("/programs")[1])["programs"]
    parts = "", "/results", "/interim_results", "/logs", "/metrics", "/inputs"
    parts += ("/events?limit=1000",)
    return {
        path: get(path)
        for path in (
            "/users",
            "/programs",
            *(f"/programs/{each['id']}/releases" for each in programs),
            "/jobs?limit=100",
            *(f"/jobs/{job_id}{part}" for job_id in job_ids for part in parts),
        )
    }


def assert_gapless(service, job_id):
    """Hold that events and messages have no gap; returns the messages."""
    events = service.events(job_id)
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    messages = service.client().job(job_id).interim_results()
    assert [message["n"] for message in messages] == list(range(len(messages)))
    return messages


def test_nothing_that_was_there_has_changed(service):
    client = service.client()
    client.update_program("counter", description="A second release.")
    service.http("PUT", "/programs/counter/labels/stable", json={"version": "1.0.0"})
    token = service.add_user("u_a")
    pad = {"count": 3, "size": 100_000}
    jobs = [
        client.run("counter", {"count": 2}),
        client.run("counter:stable", pad, options={"job_tags": ["large"]}),
        client.run("counter", {"fail": True}),
        client.run("counter", {"wait": True}),
        client.run("counter", {"count": 1}, start_session=True),
    ]
    while jobs[3].state() == "Queued":
        service.http("GET", f"/jobs/{jobs[3].job_id()}/events?after=1&wait=1")
    jobs[3].cancel()
    for job in jobs:
        job.wait_for_final_state(WAIT_S)
    job_ids = [job.job_id() for job in jobs]
    before = everything(service, job_ids)
    service.kill()
    service.start()
    assert everything(service, job_ids) == before
    assert service.http("GET", "/users/me", token=token).json()["name"] == "u_a"
    states = [job.state() for job in jobs]
    assert states == ["Completed"] * 2 + ["Failed", "Cancelled", "Completed"]
    large = service.client().job(jobs[1].job_id())
    assert large.result(WAIT_S) == {"sent": 3, "text": "y" * 100_000}
    listed = service.qrt("programs", "list").stdout
    assert ["counter", "1.0.1"] in [line.split()[:2] for line in listed.splitlines()]
    assert service.client().run("counter:stable").result(WAIT_S)["sent"] == 5


def test_a_callback_gets_every_stored_message_once_across_the_kill(service):
    callback = Callback()
    job = service.client().run("counter", {"forever": True}, callback=callback)
    waits = Background(job.result)
    callback.wait_for(3000)
    service.kill()
    before = len(callback.messages)
    service.start()
    with pytest.raises(errors.RuntimeJobFailureError) as caught:
        waits.outcome()
    assert caught.value.failure_code == "service_restarted"
    assert caught.value.message == (
        f"Job {job.job_id()} failed (service_restarted): {RESTARTED}"
    )
    stored = assert_gapless(service, job.job_id())
    assert callback.messages == stored
    assert len(stored) >= before >= 3000
    assert "begun" in job.logs()
    metrics = [each["values"]["n"] for each in job.metrics()["metrics"]]
    assert metrics == list(range(len(metrics)))
    assert len(stored) - len(metrics) in {0, 1}


def test_callers_of_queued_jobs_get_their_results_after_the_kill(service):
    callback = Callback()
    client = service.client()
    running = client.run("counter", {"wait": True}, callback=callback)
    callback.wait_for(5)
    queued = [client.run("counter", {"count": n}) for n in range(4)]
    streamed = Callback()
    queued[3].stream_results(streamed)
    waits = [Background(job.result) for job in queued]
    service.kill()
    service.start()
    assert [each.outcome()["sent"] for each in waits] == [0, 1, 2, 3]
    assert [message.get("n") for message in streamed.messages] == [0, 1, 2, None]
    for job in queued:
        assert_gapless(service, job.job_id())
    with pytest.raises(errors.RuntimeJobFailureError, match=RESTARTED):
        running.result(WAIT_S)


def test_a_cancel_that_was_answered_is_kept_to_after_the_kill(service):
    client = service.client()
    client.upload_program(STUBBORN, {"name": "stubborn", "retry": True})
    callback = Callback()
    job = client.run("stubborn", callback=callback)
    callback.wait_for(1)
    job.cancel()
    service.kill()  # within the time that the program has to end by itself
    service.start()
    assert service.finished(job.job_id())["state"]["status"] == "Cancelled"
    events = [event["type"] for event in service.events(job.job_id())]
    assert events == ["status", "status", "interim", "status"]


def test_the_command_follows_a_job_across_the_kill(service):
    job_id = service.submit("counter", json.dumps({"wait": True, "count": 3}))
    command = subprocess.Popen(
        [QRT, "follow", job_id],
        env=service.environment | {"QRT_URL": service.url, "QRT_TOKEN": service.token},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    first = [command.stdout.readline() for _ in range(3)]
    service.kill()
    service.start()
    rest, told = command.communicate(timeout=WAIT_S)
    assert command.returncode == 1
    assert [json.loads(line)["n"] for line in first] == [0, 1, 2]
    assert rest == ""
    assert told.splitlines()[-2:] == [
        f"{job_id} Failed",
        f"error: service_restarted: {RESTARTED}",
    ]
    asked = service.qrt("result", job_id, code=1)
    assert f"error: service_restarted: {RESTARTED}" in asked.stderr


def test_every_submission_that_was_answered_is_there_once(service):
    client = service.client()
    earlier = {job.job_id() for job in client.jobs(limit=None)}
    answered, enough = [], threading.Event()

    def submit_on():
        with contextlib.suppress(errors.ServiceUnreachableError, errors.ApiError):
            while True:
                answered.append(client.run("counter", {"count": 1}).job_id())
                if len(answered) == 30:
                    enough.set()

    submitting = Background(submit_on)
    assert enough.wait(WAIT_S)
    service.kill()
    submitting.outcome()
    service.start()
    stored = [job.job_id() for job in service.client().jobs(limit=None)]
    assert len(stored) == len(set(stored))
    new = set(stored) - earlier
    assert set(answered) <= new
    assert len(new) - len(answered) in {0, 1}  # one may have lost its answer
    for job_id in new:
        job = service.finished(job_id)
        code = (job["failure"] or {}).get("code")
        assert (job["state"]["status"], code) in {
            ("Completed", None),
            ("Failed", "service_restarted"),
        }
        assert_gapless(service, job_id)


def test_a_release_is_published_whole_or_not_at_all(service):
    client = service.client()
    before = {program.program_id for program in client.programs(limit=None)}
    answered, enough = [], threading.Event()

    def source_of(number):
        return f"{SOURCE}\n# {number} {'#' * 200_000}\n"

    def publish_on():
        with contextlib.suppress(errors.ServiceUnreachableError, errors.ApiError):
            while True:
                name = f"program-{len(answered)}"
                client.upload_program(source_of(len(answered)), {"name": name})
                answered.append(name)
                if len(answered) == 3:
                    enough.set()

    publishing = Background(publish_on)
    assert enough.wait(WAIT_S)
    service.kill()
    publishing.outcome()
    service.start()
    client = service.client()
    there = {program.program_id for program in client.programs(limit=None)} - before
    assert set(answered) <= there
    last = len(answered)
    assert there - set(answered) <= {f"program-{last}"}
    assert list((service.data_dir / "spool").glob("upload-*")) == []
    for name in there:
        assert client.run(name, {"count": 2}).result(WAIT_S)["sent"] == 2
    # The one that was under way is sent again, whether it had arrived or not.
    client.upload_program(source_of(last), {"name": f"program-{last}"})
    assert client.run(f"program-{last}").result(WAIT_S)["sent"] == 5


def test_a_service_that_is_killed_again_and_again_ends_its_work(service):
    client = service.client()
    jobs = [client.run("counter", {"count": 200, "size": 500}) for _ in range(8)]
    for _ in range(2):
        service.http("GET", f"/jobs/{jobs[-1].job_id()}?wait=0.1")
        service.kill()
        service.start()
    for job in jobs:
        ended = service.finished(job.job_id())
        code = (ended["failure"] or {}).get("code")
        messages = assert_gapless(service, job.job_id())
        if ended["state"]["status"] == "Completed":
            assert len(messages) == 200
            assert job.result(WAIT_S)["sent"] == 200
        else:
            assert code == "service_restarted"
    assert [job.state() for job in jobs].count("Failed") <= 2
