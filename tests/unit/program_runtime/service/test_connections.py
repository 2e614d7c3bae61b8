"""How many connections there may be, and what those beyond are told."""

import asyncio
import json
import resource
import socket
from types import SimpleNamespace

import pytest

from program_runtime.service import connections


@pytest.mark.parametrize(
    ("descriptors", "workers", "limit"),
    [(1024, 4, 438), (65_536, 2, 32_706), (64, 2, 8), (256, 1000, 32), (4, 1, 1)],
)
def test_connections_leave_files_to_everything_else(descriptors, workers, limit):
    assert connections.connection_limit(descriptors, workers=workers) == limit


@pytest.mark.parametrize(
    ("limits", "raised", "usable"),
    [
        ((1024, 4096), (4096, 4096), 4096),
        ((1024, 10**6), (65_536, 10**6), 65_536),
        ((1024, resource.RLIM_INFINITY), (65_536, resource.RLIM_INFINITY), 65_536),
        ((512, 512), None, 512),
        ((10**5, 10**6), None, 10**5),
        ((resource.RLIM_INFINITY, resource.RLIM_INFINITY), None, 65_536),
    ],
)
def test_the_limit_of_open_files_is_raised_as_far_as_it_helps(
    monkeypatch, limits, raised, usable
):
    seen = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: limits)
    monkeypatch.setattr(resource, "setrlimit", lambda _, new: seen.append(new))
    assert connections.raise_limit() == usable
    assert seen == ([raised] if raised else [])


class Transport:
    def __init__(self):
        self.written = b""
        self.closed = False

    def write(self, data):
        self.written += data

    def close(self):
        self.closed = True


def test_a_connection_beyond_the_limit_is_answered_without_being_read():
    make = connections.limited(lambda **more: ("protocol", more), 2)
    state = SimpleNamespace(connections={1})
    assert make(server_state=state, config=7)[1] == {"server_state": state, "config": 7}
    state.connections.add(2)
    refusal, transport = make(server_state=state, config=7), Transport()
    refusal.connection_made(transport)
    refusal.data_received(b"GET / HTTP/1.1")
    assert transport.closed
    head, _, body = transport.written.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
    assert b"\r\nretry-after: 5" in head
    assert b"\r\ncontent-length: %d" % len(body) in head
    assert json.loads(body)["error"]["code"] == "too_many_connections"


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="Linux has it")
def test_what_a_listener_accepts_notices_that_its_peer_is_gone():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        connections.notice_vanished([listener])
        with socket.create_connection(listener.getsockname()):
            accepted, _ = listener.accept()
            with accepted:
                assert accepted.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
                user_timeout = accepted.getsockopt(
                    socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT
                )
    assert user_timeout == connections.STALLED_S * 1000


def test_options_that_a_system_has_not_are_left_out(monkeypatch):
    monkeypatch.delattr(socket, "TCP_USER_TIMEOUT", raising=False)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        connections.notice_vanished([listener])
    assert issubclass(connections._Refusal, asyncio.Protocol)
