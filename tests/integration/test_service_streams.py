"""Events over HTTP: pages, long polls, server-sent events, websocket."""

import asyncio
import json

import pytest
from starlette.testclient import WebSocketDenialResponse

from program_runtime.execution.events import Blob, Event, EventType


def kinds(events):
    return [event["type"] for event in events]


def assert_gapless(events, first=1):
    numbers = [event["seq"] for event in events]
    assert numbers == list(range(first, first + len(numbers)))


@pytest.fixture
def talkative(service):
    service.seed()

    @service.script
    async def script(run):
        await run.publish('{"e": -1.1}', '"zwei\\n"')
        await run.log("hello ☃\n")
        return "[]"

    return service


def test_the_websocket_brings_every_event_once_and_closes_after_the_last(talkative):
    job_id = talkative.u_b.submit()
    events = talkative.u_b.stream(job_id)
    assert_gapless(events)
    assert kinds(events) == [
        "status",
        "status",
        "interim",
        "interim",
        "log",
        "result",
        "status",
    ]
    assert [event["data"] for event in events[2:6]] == [
        '{"e": -1.1}',
        '"zwei\\n"',
        "hello ☃\n",
        "[]",
    ]
    assert json.loads(events[-1]["data"])["status"] == "Completed"


def test_a_stream_goes_on_after_the_number_given(talkative):
    job_id = talkative.u_b.submit()
    talkative.u_b.finished(job_id)
    assert_gapless(talkative.u_b.stream(job_id, after=4), first=5)


def test_a_stream_behind_the_end_closes_at_once(talkative):
    job_id = talkative.u_b.submit()
    talkative.u_b.finished(job_id)
    assert talkative.u_b.stream(job_id, after=7) == []
    assert talkative.u_b.stream(job_id, after=700) == []


def test_a_stream_is_told_while_the_job_runs(service, gate):
    service.seed()
    service.hold(gate, "1")
    job_id = service.u_b.submit()
    path = f"/api/v1/jobs/{job_id}/stream"
    with service.client.websocket_connect(path, headers=service.u_b.headers) as socket:
        seen = []
        while "interim" not in kinds(seen):
            seen += socket.receive_json()
        assert_gapless(seen)
        gate.open()
        while len(seen) < 5:
            seen += socket.receive_json()
    assert_gapless(seen)


def test_a_listener_that_leaves_is_forgotten(service, gate):
    service.seed()
    service.hold(gate, "1")
    job_id = service.u_b.submit()
    path = f"/api/v1/jobs/{job_id}/stream"
    with service.client.websocket_connect(path, headers=service.u_b.headers) as socket:
        socket.receive_json()
        assert len(service.context.hub) == 1
    assert len(service.context.hub) == 0
    gate.open()
    service.u_b.finished(job_id)


def test_thousands_of_events_come_in_frames_of_bounded_size(service):
    service.seed()

    @service.script
    async def script(run):
        await run.publish(*map(str, range(5000)))

    job_id = service.u_b.submit()
    service.u_b.finished(job_id)
    path = f"/api/v1/jobs/{job_id}/stream"
    frames = []
    with service.client.websocket_connect(path, headers=service.u_b.headers) as socket:
        while (message := socket.receive())["type"] == "websocket.send":
            frames.append(json.loads(message["text"]))
    assert [len(frame) for frame in frames] == [2000, 2000, 1004]
    assert_gapless([event for frame in frames for event in frame])


@pytest.mark.parametrize(
    ("account", "status"), [("nobody", 401), ("other", 404), ("root", 101)]
)
def test_the_websocket_asks_who_you_are(talkative, account, status):
    job_id = talkative.u_b.submit()
    headers = getattr(talkative, account).headers
    path = f"/api/v1/jobs/{job_id}/stream"
    if status == 101:
        with talkative.client.websocket_connect(path, headers=headers) as socket:
            assert socket.receive_json()[0]["seq"] == 1
        return
    with (
        pytest.raises(WebSocketDenialResponse) as refused,
        talkative.client.websocket_connect(path, headers=headers),
    ):
        pytest.fail("the connection was accepted")
    assert refused.value.status_code == status
    assert "error" in refused.value.json()


def test_events_are_paged(talkative):
    job_id = talkative.u_b.submit()
    talkative.u_b.finished(job_id)
    first = talkative.u_b.get(f"/jobs/{job_id}/events?limit=3").json()
    assert (first["last_seq"], first["final"]) == (3, False)
    rest = talkative.u_b.get(f"/jobs/{job_id}/events?after=3").json()
    assert (rest["last_seq"], rest["final"]) == (7, True)
    assert_gapless(first["events"] + rest["events"])
    end = talkative.u_b.get(f"/jobs/{job_id}/events?after=7&wait=30").json()
    assert end == {"events": [], "last_seq": 7, "final": True}


def test_a_page_waits_for_the_first_event(service, gate):
    service.seed()

    @service.script
    async def script(run):
        await gate.wait()
        await run.publish("1")

    job_id = service.u_b.submit()
    assert gate.reached.wait(10)
    empty = service.u_b.get(f"/jobs/{job_id}/events?after=2&wait=0.05").json()
    assert empty == {"events": [], "last_seq": 2, "final": False}
    gate.open()
    page = service.u_b.get(f"/jobs/{job_id}/events?after=2&wait=10").json()
    assert page["events"][0]["data"] == "1"


def test_server_sent_events_carry_the_number_as_id(talkative):
    job_id = talkative.u_b.submit()
    headers = {"Accept": "text/event-stream"}
    answer = talkative.u_b.get(f"/jobs/{job_id}/events", headers=headers)
    assert answer.headers["content-type"].startswith("text/event-stream")
    blocks = [
        dict(line.split(": ", 1) for line in block.splitlines())
        for block in answer.text.split("\n\n")
        if block
    ]
    assert [block["id"] for block in blocks] == [str(n) for n in range(1, 8)]
    assert [block["event"] for block in blocks][2:4] == ["interim", "interim"]
    assert json.loads(blocks[2]["data"])["data"] == '{"e": -1.1}'


def test_a_reader_of_server_sent_events_resumes_by_its_last_id(talkative):
    job_id = talkative.u_b.submit()
    talkative.u_b.finished(job_id)
    headers = {"Accept": "text/event-stream", "Last-Event-ID": "6"}
    answer = talkative.u_b.get(f"/jobs/{job_id}/events", headers=headers)
    assert answer.text.startswith("id: 7\nevent: status\n")


def test_a_large_message_is_fetched_by_its_digest(service, tmp_path):
    import hashlib

    service.seed()
    text = json.dumps("x" * 70_000)
    digest = f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"

    @service.script
    async def script(run):
        spooled = tmp_path / "spooled"
        spooled.write_text(text)
        [numbered] = run.events((EventType.INTERIM, ""))
        blob = Blob(path=spooled, digest=digest, size=len(text))
        event = Event(numbered.seq, numbered.time, EventType.INTERIM, None, blob)
        await run._sink.append([event])

    job_id = service.u_b.submit()
    events = service.u_b.stream(job_id)
    assert (events[2]["data"], events[2]["blob"]) == (None, digest)
    assert events[2]["size"] == len(text)
    assert service.u_b.get(f"/jobs/{job_id}/blobs/{digest}").text == text
    assert service.u_b.get(f"/jobs/{job_id}/interim_results").text == f"[{text}]"


def test_closing_the_service_releases_who_waits(service, gate):
    service.seed()
    service.hold(gate)
    job_id = service.u_b.submit()
    assert gate.reached.wait(10)

    async def close_soon():
        asyncio.get_running_loop().call_later(0.05, service.context.hub.close)

    service.do(close_soon)
    answer = service.u_b.get(f"/jobs/{job_id}/results?wait=60")
    assert answer.status_code == 204
    path = f"/api/v1/jobs/{job_id}/stream?after=2"
    with service.client.websocket_connect(path, headers=service.u_b.headers) as socket:
        assert socket.receive()["code"] == 1001
    gate.open()
