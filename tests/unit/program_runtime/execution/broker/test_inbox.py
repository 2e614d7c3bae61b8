"""The child's end of the channel while a program runs: frames find who waits."""

import socket
import threading

import pytest

from program_runtime.errors import DeviceError
from program_runtime.execution.broker.wire import pack, unpack_text
from program_runtime.execution.child.broker_line import BrokerLine
from program_runtime.execution.child.job_channel import ChannelSink, JobChannel
from program_runtime.execution.frames import HEADER, FrameKind, encode_frame


@pytest.fixture
def ends():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, JobChannel(theirs)


def answer(number, state, body=b"", **more):
    return encode_frame(
        FrameKind.ANSWER, pack({"id": number, "state": state, **more}, body)
    )


def received(channel):
    """Read one request, as the supervisor does."""
    size, kind = HEADER.unpack(channel.recv(HEADER.size, socket.MSG_WAITALL))
    assert kind == FrameKind.REQUEST
    return unpack_text(channel.recv(size, socket.MSG_WAITALL))


def test_a_stop_frame_is_seen_without_waiting(ends):
    ours, channel = ends
    sink = ChannelSink(channel, restored=None)

    assert not sink.stop_requested
    ours.sendall(encode_frame(FrameKind.STOP))
    assert sink.stop_requested
    assert sink.stop_requested


def test_half_a_frame_is_no_stop(ends):
    ours, channel = ends
    frame = encode_frame(FrameKind.STOP)

    ours.sendall(frame[:3])
    assert not channel.inbox.stop_requested()
    ours.sendall(frame[3:])
    assert channel.inbox.stop_requested()


def test_bytes_of_an_answer_are_no_stop(ends):
    ours, channel = ends
    ours.sendall(answer(1, "queued"))

    assert not channel.inbox.stop_requested()


def test_an_answer_finds_its_request_whatever_came_before(ends):
    ours, channel = ends
    line = BrokerLine(channel, limit_bytes=1000)
    first, second = line.ask("run", {"options": {}}, b"one"), line.ask("describe", {})
    assert received(ours) == ({"id": 1, "kind": "run", "options": {}}, b"one")
    assert received(ours) == ({"id": 2, "kind": "describe"}, b"")

    ours.sendall(
        answer(2, "done", b"two")
        + encode_frame(FrameKind.STOP)
        + answer(1, "queued", position=4)
    )

    assert second.wait(5)
    assert second.body() == b"two"
    assert first.answer()["position"] == 4
    assert not first.wait(0.01)
    assert channel.inbox.stop_requested()


def test_threads_that_wait_take_turns_at_reading(ends):
    ours, channel = ends
    line = BrokerLine(channel, limit_bytes=1000)
    requests = [line.ask("run", {}) for _ in range(20)]
    waiting = [threading.Thread(target=request.wait, args=[30]) for request in requests]
    for thread in waiting:
        thread.start()

    for number in range(20, 0, -1):
        ours.sendall(answer(number, "done", b"x" * number))
    for thread in waiting:
        thread.join(30)

    assert [len(request.body()) for request in requests] == list(range(1, 21))


def test_a_large_answer_comes_in_pieces(ends):
    ours, channel = ends
    line = BrokerLine(channel, limit_bytes=1000)
    request = line.ask("run", {})
    body = bytes(range(256)) * 20_000
    sender = threading.Thread(target=ours.sendall, args=[answer(1, "done", body)])
    sender.start()

    assert request.wait(30)
    sender.join()
    assert request.body() == body


def test_an_answer_to_nobody_is_dropped(ends):
    ours, channel = ends
    line = BrokerLine(channel, limit_bytes=1000)
    ours.sendall(answer(7, "done") + answer(1, "done", b"mine"))

    request = line.ask("run", {})
    ours.sendall(answer(1, "done", b"mine"))

    assert request.wait(5)
    assert request.body() == b"mine"


def test_who_waits_is_told_that_the_supervisor_is_gone(ends):
    ours, channel = ends
    request = BrokerLine(channel, limit_bytes=1000).ask("run", {})
    ours.close()

    with pytest.raises(DeviceError, match="The way to the broker is closed"):
        request.wait()


def test_a_request_that_is_too_large_is_never_sent(ends):
    ours, channel = ends
    line = BrokerLine(channel, limit_bytes=100)

    with pytest.raises(DeviceError, match="the limit of one run is 100 bytes"):
        line.ask("run", {}, b"x" * 200)
    ours.setblocking(False)
    with pytest.raises(BlockingIOError):
        ours.recv(1)
