import json
import logging
import socket
import threading
import time

import pytest
from contract_service import TOKEN

from program_runtime import errors
from program_runtime.client import roads
from program_runtime.client.api import retrying
from program_runtime.client.roads import RoadBroken
from program_runtime.client.stream import EventStream


def seqs(stream):
    return [event.seq for event in stream]


def finished_job(contract, messages=20):
    job = contract.add_job()
    job.publish(*range(messages))
    job.finish()
    return job


def test_events_come_in_order_until_the_job_is_final(contract, api):
    job = finished_job(contract)
    events = list(EventStream(api, job.id))
    assert [event.seq for event in events] == list(range(1, 24))
    assert [event.type for event in events] == [
        "status",
        *["interim"] * 20,
        "result",
        "status",
    ]
    assert json.loads(events[-1].data) == {"status": "Completed"}


def test_a_stream_begins_after_a_known_event(contract, api):
    job = finished_job(contract)
    stream = EventStream(api, job.id, after=20)
    assert seqs(stream) == [21, 22, 23]
    assert stream.last_seq == 23


@pytest.mark.parametrize("faults", [[], [{"refuse": 404}]])
def test_a_stream_after_the_last_event_of_a_final_job_is_empty(contract, api, faults):
    job = finished_job(contract)
    contract.stream_faults = faults
    assert seqs(EventStream(api, job.id, after=23)) == []


def test_live_events_come_while_the_job_runs(contract, api):
    job = contract.add_job()
    came = []
    for event in EventStream(api, job.id):
        came.append(event.seq)
        if len(came) <= 5:
            job.publish("more")
        elif job.status == "Queued":
            job.finish()
    assert came == list(range(1, len(job.events) + 1))


@pytest.mark.parametrize("half_frame", [{}, {"half_frame": True}])
def test_a_reset_connection_is_resumed_after_the_last_event(contract, api, half_frame):
    job = finished_job(contract)
    contract.stream_faults = [
        {"drop_after": 7, **half_frame},
        {"drop_after": 5, **half_frame},
    ]
    assert seqs(EventStream(api, job.id)) == list(range(1, 24))
    assert contract.streams == [0, 7, 12]


def test_repeated_events_are_given_out_once(contract, api):
    job = finished_job(contract)
    contract.stream_faults = [{"drop_after": 10}, {"repeat": 6, "drop_after": 9}]
    assert seqs(EventStream(api, job.id)) == list(range(1, 24))


def test_a_lost_event_is_asked_for_again(contract, api):
    job = finished_job(contract)
    contract.stream_faults = [{"lose": 9}]
    assert seqs(EventStream(api, job.id)) == list(range(1, 24))
    assert contract.streams == [0, 8]


def test_a_hole_in_the_log_is_said_and_passed(contract, api, caplog):
    job = finished_job(contract)
    contract.stream_faults = [{"lose": 9}, {"lose": 9}]
    assert seqs(EventStream(api, job.id)) == [*range(1, 9), *range(10, 24)]
    assert caplog.messages == ["Job job_1: events 9 to 9 are missing."]


@pytest.mark.parametrize("code", [1000, 1001, 1011])
def test_a_stream_closed_before_the_end_is_resumed(contract, api, code):
    job = contract.add_job()
    job.publish("one")
    contract.stream_faults = [{"close_early": True, "code": code}]
    stream = iter(EventStream(api, job.id))
    assert [next(stream).seq, next(stream).seq] == [1, 2]
    job.finish()
    assert seqs(stream) == [3, 4]


@pytest.mark.parametrize("status", [400, 404, 426])
def test_long_polls_take_over_where_no_websocket_passes(contract, api, status):
    job = finished_job(contract, messages=2500)
    contract.stream_faults = [{"refuse": status}] * 9
    assert seqs(EventStream(api, job.id)) == list(range(1, 2504))
    assert contract.streams == [0]
    assert len(contract.seen("GET /jobs/job_1/events")) == 3


def test_long_polls_take_over_when_connections_never_bring_anything(contract, api):
    job = contract.add_job()
    contract.stream_faults = [{"drop_after": 0}] * 9
    job.finish()
    assert seqs(EventStream(api, job.id)) == [1, 2, 3]
    assert contract.streams == [0, 0, 0]


@pytest.mark.parametrize(("breaks", "connections"), [(2, 3), (9, 3)])
def test_broken_handshakes_are_repeated_a_few_times(contract, api, breaks, connections):
    job = finished_job(contract)
    contract.stream_faults = [{"break_handshake": True}] * breaks
    assert seqs(EventStream(api, job.id)) == list(range(1, 24))
    assert contract.streams == [0] * connections
    assert bool(contract.seen("/events")) == (breaks == 9)


def test_a_service_that_is_busy_for_a_moment_is_asked_again(contract, api):
    job = finished_job(contract)
    contract.stream_faults = [{"refuse": 503}]
    assert seqs(EventStream(api, job.id)) == list(range(1, 24))
    assert contract.streams == [0, 0]


def test_a_broken_long_poll_is_repeated(contract, api):
    job = finished_job(contract)
    contract.stream_faults = [{"refuse": 404}]
    contract.drop_next("GET /jobs/job_1/events")
    contract.fail_next("GET /jobs/job_1/events", 503)
    assert seqs(EventStream(api, job.id)) == list(range(1, 24))


def test_long_polls_outlive_a_service_that_is_away(contract, api, monkeypatch):
    monkeypatch.setattr(retrying, "_RETRY", 0)
    job = finished_job(contract)
    contract.stream_faults = [{"refuse": 404}]
    for _ in range(4):
        contract.drop_next("GET /jobs/job_1/events")
    assert seqs(EventStream(api, job.id)) == list(range(1, 24))


def test_an_unknown_job_is_named(api):
    with pytest.raises(errors.RuntimeJobNotFound, match="There is no job 'job_9'"):
        list(EventStream(api, "job_9"))


def test_patience_with_a_service_that_is_gone_ends(contract, api):
    job = contract.add_job()
    events = iter(EventStream(api, job.id, patience_s=0.2))
    assert next(events).seq == 1
    contract.kill()
    with pytest.raises(errors.ServiceUnreachableError) as caught:
        next(events)
    assert str(caught.value).startswith(
        f"The events of job job_1 from {contract.url} broke off: "
    )
    assert str(caught.value).endswith(
        "The job goes on; read it again with service.job(job_id)."
    )


def test_no_log_of_a_stream_shows_the_token(contract, api, caplog):
    caplog.set_level(logging.DEBUG)
    job = finished_job(contract)
    contract.stream_faults = [{"drop_after": 7}]
    assert len(seqs(EventStream(api, job.id))) == 23
    assert TOKEN not in caplog.text
    assert "broke off" in caplog.text


def test_closing_ends_a_stream_that_waits(contract, api):
    job = contract.add_job()
    stream = EventStream(api, job.id)
    began, came = threading.Event(), []

    def read():
        for event in stream:
            came.append(event.seq)
            began.set()

    thread = threading.Thread(target=read)
    thread.start()
    assert began.wait(5)
    stream.close()
    thread.join(5)
    assert not thread.is_alive()
    assert came == [1]
    assert seqs(stream) == []


def test_large_payloads_are_named_by_their_digest(contract, api):
    job = contract.add_job()
    job.append("interim", None, blob=b'"large"')
    job.finish()
    event = list(EventStream(api, job.id))[1]
    assert (event.data, event.size) == (None, 7)
    assert api.blob(job.id, event.blob) == b'"large"'


def test_closing_while_a_connection_is_made_ends_the_stream(contract, api):
    job = finished_job(contract)
    stream = EventStream(api, job.id)
    target = api.stream_target

    def close_first(job_id, *, after):
        stream.close()
        return target(job_id, after=after)

    api.stream_target = close_first
    assert seqs(stream) == []


def test_closing_before_the_first_event_is_asked_for_ends_a_stream(contract, api):
    stream = EventStream(api, finished_job(contract).id)
    stream.close()
    assert seqs(stream) == []
    assert contract.streams == []


def test_closed_long_polls_end(contract, api):
    road = roads.PollRoad(api, contract.add_job().id)
    road.close()
    assert list(road.frames(0)) == []


def test_closing_ends_long_polls_too(contract, api):
    job = contract.add_job()
    contract.stream_faults = [{"refuse": 404}]
    stream = EventStream(api, job.id)
    events = iter(stream)
    assert next(events).seq == 1
    stream.close()
    assert list(events) == []


def test_a_break_at_the_very_moment_of_closing_is_no_error(contract, api):
    job = contract.add_job()
    stream = EventStream(api, job.id, patience_s=0)

    def close_and_fail(job_id, *, after):
        stream.close()
        raise RoadBroken("cut")

    api.stream_target = close_and_fail
    assert seqs(stream) == []


def test_without_a_way_for_websockets_long_polls_take_over(contract, api):
    job = finished_job(contract)
    api.stream_target = lambda job_id, *, after: ("ws://127.0.0.1:1/x", {})
    assert seqs(EventStream(api, job.id)) == list(range(1, 24))
    assert contract.streams == []


def test_a_swallowed_handshake_is_waited_for_once(contract, api, monkeypatch):
    monkeypatch.setattr(roads, "_OPEN_TIMEOUT_S", 0.2)
    job = finished_job(contract)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"ws://127.0.0.1:{silent.getsockname()[1]}/x"
        api.stream_target = lambda job_id, *, after: (address, {})
        assert seqs(EventStream(api, job.id)) == list(range(1, 24))


def test_a_frame_that_is_no_json_leads_to_long_polls(contract, api):
    job = finished_job(contract)
    contract.stream_faults = [{"garbage": True}]
    assert seqs(EventStream(api, job.id)) == list(range(1, 24))
    assert contract.streams == [0]


def test_a_service_that_is_shutting_down_is_not_asked_in_haste(contract, api):
    job = finished_job(contract, messages=0)
    contract.stream_faults = [{"refuse": 404}]
    pages = [
        {"events": [], "last_seq": 0, "final": False},
        {"events": job.events, "last_seq": 3, "final": True},
    ]
    asked = []

    def answer(job_id, **options):
        asked.append(time.monotonic())
        return pages.pop(0)

    api.events = answer
    assert seqs(EventStream(api, job.id)) == [1, 2, 3]
    assert asked[1] - asked[0] >= 0.2


def test_the_end_is_asked_for_again_when_the_service_is_away(contract, api):
    job = contract.add_job()
    contract.stream_faults = [{"close_early": True}]
    events = api.events

    def away_once(job_id, **options):
        api.events = events
        raise errors.ServiceUnreachableError("away")

    api.events = away_once
    stream = iter(EventStream(api, job.id))
    assert next(stream).seq == 1
    job.finish()
    assert seqs(stream) == [2, 3]


def test_a_status_event_in_another_form_does_not_end_a_stream(contract, api):
    job = contract.add_job()
    for text in ("no json", "[]", '"Completed"', None):
        job.append("status", text)
    job.finish()
    assert seqs(EventStream(api, job.id)) == list(range(1, 8))
