"""Readers of a stream that are slow, never read, or are gone without a word."""

import contextlib
import json
import re
import select
import socket
import sys
import threading
from pathlib import Path

import pytest
import requests
from acceptance.live_service import WAIT_S, LiveService

MESSAGES = 20_000
MESSAGE_BYTES = 1000
READERS = 30
MIB = 1024 * 1024

SOURCE = """
import time

def main(backend, user_messenger, *, messages=0, size=0, wait=False):
    for number in range(messages):
        user_messenger.publish({"number": number, "text": "x" * size})
    while wait and not user_messenger.stop_requested:
        time.sleep(0.01)
    return messages
"""

HASTY = """
import sys
from program_runtime.service import connections, server
connections.STALLED_S = 2
server._PING_S = 0.5
from toolkit.cli import main
sys.exit(main())
"""


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """A service with a finished job that has said much."""
    service = LiveService(tmp_path_factory.mktemp("slow"))
    try:
        service.start().client().upload_program(SOURCE, {"name": "talker"})
        service.told = service.client().run(
            "talker", {"messages": MESSAGES, "size": MESSAGE_BYTES}
        )
        assert service.told.result(WAIT_S) == MESSAGES
        yield service
    finally:
        service.stop()


@pytest.fixture(scope="module")
def hasty(tmp_path_factory):
    """A service that gives up on its readers within seconds."""
    wrapper = [sys.executable, "-c", HASTY, "serve"]
    service = LiveService(tmp_path_factory.mktemp("hasty"), wrapper=wrapper)
    try:
        service.start().client().upload_program(SOURCE, {"name": "talker"})
        yield service
    finally:
        service.stop()


def begin(service, path, *headers):
    """Send a request, and read nothing of the answer."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.connect(("127.0.0.1", service.port))
    lines = [
        f"GET {path} HTTP/1.1",
        "Host: localhost",
        f"Authorization: Bearer {service.token}",
        *headers,
    ]
    connection.sendall("\r\n".join([*lines, "", ""]).encode())
    return connection


def begin_stream(service, job, after=0):
    return begin_websocket(service, f"/api/v1/jobs/{job.job_id()}/stream?after={after}")


def begin_retired_stream(service, job):
    return begin_websocket(service, f"/stream/jobs/{job.job_id()}")


def begin_websocket(service, path):
    return begin(
        service,
        path,
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    )


def begin_events(service, job):
    path = f"/api/v1/jobs/{job.job_id()}/events"
    return begin(service, path, "Accept: text/event-stream")


def resident_bytes(service):
    status = Path(f"/proc/{service.process.pid}/status").read_text()
    return int(re.search(r"^VmRSS:\s+(\d+) kB$", status, re.MULTILINE)[1]) * 1024


def listeners(service):
    metrics = requests.get(f"{service.url}/metrics", timeout=WAIT_S).text
    return int(float(re.search(r"^qrt_listeners (\S+)$", metrics, re.MULTILINE)[1]))


def read_all(service):
    """Read all that the job has said, as an honest client; returns the numbers."""
    read = [event for event in service.told.events() if event.type == "interim"]
    return [json.loads(event.data)["number"] for event in read]


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize(
    "begin_reading", [begin_stream, begin_retired_stream, begin_events]
)
def test_readers_that_never_read_hold_a_few_pieces_each_and_not_the_log(
    service, begin_reading
):
    assert read_all(service) == list(range(MESSAGES))
    before = resident_bytes(service)
    with contextlib.ExitStack() as stack:
        stalled = [
            stack.enter_context(begin_reading(service, service.told))
            for _ in range(READERS)
        ]
        for connection in stalled:
            assert select.select([connection], [], [], WAIT_S)[0]
        assert read_all(service) == list(range(MESSAGES))
        held = resident_bytes(service) - before
    # One piece on its way and one that waits, each as events and as text.
    assert held < READERS * 3 * MIB < READERS * MESSAGES * MESSAGE_BYTES / 6


def test_a_reader_that_stops_for_a_while_misses_nothing(service):
    go_on = threading.Event()
    got = []

    def slowly(_job_id, message):
        if not got:
            assert go_on.wait(WAIT_S)
        got.append(message)

    client = service.client()
    inputs = {"messages": MESSAGES, "size": MESSAGE_BYTES}
    job = client.run("talker", inputs, callback=slowly)
    assert service.client().job(job.job_id()).result(WAIT_S) == MESSAGES
    go_on.set()
    assert job.result(WAIT_S) == MESSAGES
    numbers = [each["number"] for each in got if isinstance(each, dict)]
    assert numbers == list(range(MESSAGES))


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="Linux has it")
@pytest.mark.parametrize(
    "begin_reading", [begin_stream, begin_retired_stream, begin_events]
)
def test_a_reader_that_never_reads_is_disconnected(hasty, begin_reading):
    inputs = {"messages": MESSAGES, "size": MESSAGE_BYTES, "wait": True}
    job = hasty.client().run("talker", inputs)
    with begin_reading(hasty, job):
        while listeners(hasty) == 0:
            pass
        while listeners(hasty) > 0:
            pass
    job.stop()
    assert job.result(WAIT_S) == MESSAGES


def test_a_reader_that_answers_no_ping_is_disconnected(hasty):
    job = hasty.client().run("talker", {"wait": True})
    with begin_stream(hasty, job):
        while listeners(hasty) == 0:
            pass
        while listeners(hasty) > 0:
            pass
    job.stop()
    assert job.result(WAIT_S) == 0


def test_readers_that_leave_at_any_moment_disturb_nobody(hasty):
    inputs = {"messages": MESSAGES, "size": MESSAGE_BYTES}
    got = []
    job = hasty.client().run("talker", inputs, callback=lambda _, m: got.append(m))
    for number in range(40):
        begin_stream(hasty, job, after=number).close()
    assert job.result(WAIT_S) == MESSAGES
    job.wait_for_final_state(WAIT_S)
    numbers = [each["number"] for each in got if isinstance(each, dict)]
    assert numbers == list(range(MESSAGES))
    while listeners(hasty) > 0:
        pass
