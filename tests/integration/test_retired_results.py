"""Results and the websocket: what clients would misread comes as a link."""

import json
import threading
from contextlib import contextmanager

import pytest
from retired_account import OLDEST, Retired
from starlette.websockets import WebSocketDisconnect

from program_runtime.bundle import digest_file
from program_runtime.execution.events import EventType
from program_runtime.service.api import events
from program_runtime.service.api.retired import results, stream
from program_runtime.service.domain import StoredEvent

RISKY = ["5", "2.5", "true", "null", '"a url"', '["url"]', '{"url": "x"}']
PLAIN = ['"text"', "[1]", '{"a": 1}', '{"a": "url"}', "no json"]


@pytest.fixture
def talker(service):
    """Let jobs publish two messages, one of them risky, and return their inputs."""
    service.seed()

    @service.script
    async def script(run):
        await run.publish('{"n": 1}', "7")
        return json.loads(await run.inputs())["result"]

    return service


@pytest.fixture
def waiting(service, gate):
    """One user's view, and a job of theirs that waits at the gate."""
    service.hold(gate)
    return begun(service, gate)


def begun(service, gate):
    """Run a job until it is at the gate; returns its owner's view and its id."""
    service.seed()
    account = Retired(service.u_b)
    job_id = account.run()
    assert gate.reached.wait(10)
    return account, job_id


@contextmanager
def listening(account, job_id):
    """Open the websocket of a job, which begins with a greeting."""
    path = account.url(f"/stream/jobs/{job_id}")
    with account.client.websocket_connect(path, headers=account.headers) as socket:
        assert socket.receive_text() == "ACK"
        yield socket


def said(text):
    return json.dumps({"result": text})


def done(service, account, text):
    job_id = account.run(said(text))
    service.u_b.finished(job_id)
    return job_id


def followed(service, text):
    """Do what the client does: follow a link, without saying who asks."""
    url = json.loads(text)["url"]
    assert url.startswith("http://testserver/results/job_")
    answer = service.client.get(url)
    assert answer.status_code == 200
    return answer.text


@pytest.mark.parametrize("text", RISKY)
def test_what_clients_misread_comes_as_a_link(talker, text):
    account = Retired(talker.u_b)
    job_id = done(talker, account, text)
    assert followed(talker, account.get(f"/jobs/{job_id}/results").text) == text
    (ack, first, second, last), code = account.stream(job_id)
    assert (ack, first, code) == ("ACK", '{"n": 1}', 1000)
    assert followed(talker, second) == "7"
    assert followed(talker, last) == text


@pytest.mark.parametrize("text", PLAIN)
def test_what_clients_read_well_comes_as_it_is(talker, text):
    account = Retired(talker.u_b)
    job_id = done(talker, account, text)
    assert account.get(f"/jobs/{job_id}/results").text == text
    assert account.stream(job_id)[0][-1] == text


@pytest.mark.parametrize("text", [*RISKY, *PLAIN])
def test_version_0_8_follows_no_links(talker, text):
    account = Retired(talker.u_b, application=OLDEST)
    job_id = done(talker, account, text)
    assert account.get(f"/jobs/{job_id}/results").text == text
    assert account.stream(job_id) == (["ACK", '{"n": 1}', "7", text], 1000)


def test_interim_results_are_one_list_of_all(talker):
    account = Retired(talker.u_b)
    job_id = done(talker, account, "1")
    assert account.get(f"/jobs/{job_id}/interim_results").json() == [{"n": 1}, 7]


@pytest.mark.parametrize(
    ("text", "linked"),
    [
        (json.dumps({"long": "x" * 200_000}), False),
        (json.dumps({"long": "x" * 3_000_000}), False),
        (json.dumps({"long": "x" * 200_000, "url": 1}), True),
        (json.dumps(["x" * (1024 * 1024 - 4) + "url"]), True),
        (json.dumps({"long": "x" * 3_000_000, "url": 1}), True),
        ("1" * 200_000, True),
    ],
    ids=["one piece", "pieces", "key", "across pieces", "last piece", "number"],
)
def test_large_results_are_looked_through_a_piece_at_a_time(
    service, tmp_path, text, linked
):
    path = tmp_path / "payload"
    path.write_text(text)
    digest = digest_file(path)
    service.context.blobs.put_file(path, digest)
    event = StoredEvent(3, 0.0, "result", None, digest, len(text))
    assert service.do(results.is_misread, service.context, event) is linked


def test_a_large_message_is_a_link_so_that_slow_readers_hold_little(talker):
    text = json.dumps({"long": "x" * (stream._LARGE + 1)})
    account = Retired(talker.u_b)
    job_id = done(talker, account, text)
    assert followed(talker, account.stream(job_id)[0][-1]) == text
    oldest = Retired(talker.u_b, application=OLDEST)
    oldest.get("/jobs")
    assert oldest.stream(job_id)[0][-1] == text


def test_a_link_says_nothing_about_other_jobs(talker):
    account = Retired(talker.u_b)
    job_id, other = (done(talker, account, "1") for _ in range(2))
    url = json.loads(account.get(f"/jobs/{job_id}/results").text)["url"]
    assert talker.client.get(url.replace(job_id, other)).status_code == 404
    account.delete(f"/jobs/{job_id}")
    gone = talker.client.get(url)
    assert gone.status_code == 404
    assert "leads nowhere" in gone.json()["error"]["message"]


def test_there_is_no_result_before_the_end(service, gate):
    @service.script
    async def script(run):
        await run.publish("1")
        await gate.wait()
        return '{"a": 1}'

    account, job_id = begun(service, gate)
    assert account.get(f"/jobs/{job_id}/results").text == ""
    gate.open()
    service.u_b.finished(job_id)


def test_the_stream_brings_what_was_said_before_and_what_is_said_now(service, gate):
    @service.script
    async def script(run):
        await run.publish('{"n": 1}')
        await run.log("not for the stream")
        await gate.wait()
        await run.publish('{"n": 2}')
        return '{"n": 3}'

    account, job_id = begun(service, gate)
    with listening(account, job_id) as socket:
        assert socket.receive_text() == '{"n": 1}'
        gate.open()
        assert socket.receive_text() == '{"n": 2}'
        assert socket.receive_text() == '{"n": 3}'
        # Who is told of the end asks at once for the status.
        assert socket.receive()["code"] == 1000
        state = account.get(f"/jobs/{job_id}").json()["state"]
    assert state == {"status": "Completed"}


def test_a_failed_job_has_no_final_message_even_if_it_gave_one(service):
    service.seed()

    @service.script
    async def script(run):
        await run.publish('{"n": 1}')
        await run.publish('{"final": 1}', kind=EventType.RESULT)
        raise ValueError("afterwards")

    account = Retired(service.u_b)
    job_id = account.run()
    assert account.stream(job_id) == (["ACK", '{"n": 1}'], 1000)


def test_who_leaves_a_stream_is_forgotten(service, gate, waiting):
    account, job_id = waiting
    with listening(account, job_id):
        assert len(service.context.hub) == 1
    gate.open()
    service.u_b.finished(job_id)
    assert len(service.context.hub) == 0


def test_who_leaves_while_a_message_is_on_its_way_disturbs_nobody(talker, monkeypatch):
    account = Retired(talker.u_b)
    job_id = done(talker, account, "1")
    on_its_way = threading.Event()

    async def gone(*_):
        on_its_way.set()
        raise WebSocketDisconnect

    monkeypatch.setattr(stream.outputs, "text_of", gone)
    with listening(account, job_id):
        assert on_its_way.wait(10)
    assert len(talker.context.hub) == 0


def test_a_cancelled_job_closes_the_stream(waiting):
    account, job_id = waiting
    with listening(account, job_id) as socket:
        account.post(f"/jobs/{job_id}/cancel")
        assert socket.receive()["code"] == 1000


def test_a_stream_ends_soon_after_its_token(service, gate, waiting, monkeypatch):
    monkeypatch.setattr(events, "QUIET_S", 0.05)
    account, job_id = waiting
    with listening(account, job_id) as socket:
        service.root.post("/users/u_b/rotate")
        assert socket.receive()["code"] == 1008
    gate.open()


def test_a_service_that_stops_sends_listeners_away_to_come_back(service, gate, waiting):
    account, job_id = waiting
    with listening(account, job_id) as socket:
        service.client.portal.call(service.context.hub.close)
        assert socket.receive()["code"] == 1001
    gate.open()
