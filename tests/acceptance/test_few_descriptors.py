"""A service that may open few files, or none at all for a while."""

import contextlib
import json
import os
import resource
import socket
import sys
import threading
import time
from pathlib import Path

import pytest
import requests
from acceptance.live_service import QRT, WAIT_S, LiveService

from program_runtime.service.connections import connection_limit

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="sets others' limits")

DESCRIPTORS = 192
CONNECTIONS = connection_limit(DESCRIPTORS, workers=2)
LIMITING = f'ulimit -n {DESCRIPTORS} && exec "$@"'

SOURCE = """
import time

def main(backend, user_messenger, *, wait=False):
    user_messenger.publish("begun")
    sent = 0
    while wait and not user_messenger.stop_requested:
        user_messenger.publish(sent)
        sent += 1
        time.sleep(0.01)
    return sent
"""


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    folder = tmp_path_factory.mktemp("few")
    wrapper = ["sh", "-c", LIMITING, "sh", QRT, "serve"]
    service = LiveService(folder, wrapper=wrapper, workers=2)
    try:
        service.start().client().upload_program(SOURCE, {"name": "talker"})
        yield service
    finally:
        service.stop()


class Talk:
    """A job that talks until it is stopped."""

    def __init__(self, service):
        self._heard = threading.Condition()
        self.messages = []
        self.job = service.client().run("talker", {"wait": True}, callback=self._hear)
        self.goes_on()

    def _hear(self, _job_id, message):
        with self._heard:
            self.messages.append(message)
            self._heard.notify_all()

    def goes_on(self):
        """Wait until the job has said something new, and it was heard."""
        with self._heard:
            count = len(self.messages)
            assert self._heard.wait_for(lambda: len(self.messages) > count + 5, WAIT_S)

    def end(self):
        """Stop the job; hold that nothing of what it said is missing."""
        self.job.stop()
        sent = self.job.result(WAIT_S)
        numbers = [each for each in self.job.interim_results() if each != "begun"]
        assert numbers == list(range(sent))


@contextlib.contextmanager
def no_more_files(pid):
    """Let a process open nothing that it has not open."""
    limits = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    highest = max(int(each.name) for each in Path(f"/proc/{pid}/fd").iterdir())
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (highest + 1, limits[1]))
    # Holes below the highest are open to it: a file takes the lowest number.
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_NOFILE, limits)


def connect_often(service, count):
    """Open connections that ask for nothing."""
    for _ in range(count):
        yield socket.create_connection(("127.0.0.1", service.port))


def answered(connection):
    """Return what a connection is told without having asked, if anything."""
    connection.settimeout(0.1)
    try:
        return connection.recv(65_536)
    except TimeoutError:
        return b""


def processor_s(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_connections_beyond_the_limit_are_told_so_and_jobs_go_on(service):
    talk = Talk(service)
    with contextlib.ExitStack() as stack:
        held = [
            stack.enter_context(each)
            for each in connect_often(service, CONNECTIONS + 20)
        ]
        told = [text for each in held if (text := answered(each))]
        assert len(told) >= 20
        head, _, body = told[0].partition(b"\r\n\r\n")
        lines = head.decode().lower().splitlines()
        assert lines[0] == "http/1.1 503 service unavailable"
        assert {"retry-after: 5", "connection: close"} <= {*lines}
        assert json.loads(body)["error"]["code"] == "too_many_connections"
        refused = requests.get(f"{service.url}/healthz", timeout=WAIT_S)
        assert refused.status_code == 503
        assert refused.json()["error"]["message"] == (
            "The service has as many connections as it can have."
        )
        talk.goes_on()
    talk.end()
    assert requests.get(f"{service.url}/healthz", timeout=WAIT_S).status_code == 200


def test_nothing_is_lost_while_the_service_can_open_no_file(service):
    talk = Talk(service)
    taken, refused = [], []
    service.http("GET", "/users/me")  # its connection stays open
    with contextlib.ExitStack() as stack, no_more_files(service.process.pid):
        for each in connect_often(service, 30):
            stack.enter_context(each)
        for _ in range(10):
            body = {"program_id": "talker", "inputs": "{}"}
            answer = service.http("POST", "/jobs", json=body)
            (taken if answer.status_code == 201 else refused).append(answer.json())
        assert all(each["error"]["code"] == "storage" for each in refused)
        began, used = time.monotonic(), processor_s(service.process.pid)
        while time.monotonic() - began < 1:
            talk.goes_on()
        used = processor_s(service.process.pid) - used
        assert used < (time.monotonic() - began) / 2  # nothing is tried in a loop
    assert service.alive
    talk.end()
    assert_settled(service, [job["id"] for job in taken])


def test_jobs_fail_clearly_or_wait_while_the_zygote_can_open_no_file(service):
    zygote = requests.get(f"{service.url}/healthz", timeout=WAIT_S).json()["zygote"]
    talk = Talk(service)
    with no_more_files(zygote["zygote_pid"]):
        job_ids = [service.submit("talker") for _ in range(5)]
        talk.goes_on()
        service.finished(job_ids[0])
    talk.end()
    assert_settled(service, job_ids)


def assert_settled(service, job_ids):
    """Hold that jobs ended for a reason, and that the next one runs."""
    for job_id in job_ids:
        ended = service.finished(job_id)
        code = (ended["failure"] or {}).get("code")
        assert (ended["state"]["status"], code) in {
            ("Completed", None),
            ("Failed", "storage"),
            ("Failed", "internal"),
        }
        events = service.events(job_id)
        assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    while (job := service.finished(service.submit("talker")))["failure"]:
        assert job["failure"]["code"] == "internal"  # children that were lost
