"""What a connection may send before there is a request, and how slowly.

Each attack is first seen to succeed against Uvicorn's own protocol.
"""

import itertools
import socket
import threading

import pytest
from bare_server import HELD_S, serving
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from websockets.sync.client import connect

from program_runtime.service.http_bounds import BoundedHttp

ENOUGH_BYTES = 2 * 1024 * 1024
HEAD = b"POST /echo HTTP/1.1\r\nHost: here\r\n"


class Impatient(BoundedHttp):
    HEAD_BYTES = 8 * 1024
    PACE_S = 0.3
    PACE_BYTES = 64
    LAST_WORDS_S = 0.1


@pytest.fixture(scope="module")
def bounded():
    with serving(Impatient) as address:
        yield address


@pytest.fixture(scope="module")
def unbounded():
    with serving(HttpToolsProtocol) as address:
        yield address


def flood(address, pieces):
    """Send without end; returns the answer, or "held" when all was taken."""
    with socket.create_connection(address, timeout=20) as connection:
        sent = 0
        try:
            for piece in pieces:
                connection.sendall(piece)
                sent += len(piece)
                if sent > ENOUGH_BYTES:
                    connection.settimeout(HELD_S)
                    break
            return answer_of(connection)
        except TimeoutError:
            return "held"
        except ConnectionError:
            return "closed"


def answer_of(connection):
    received = b""
    while piece := connection.recv(65536):
        received += piece
    return received.split(b"\r\n")[0].decode() or "closed"


FLOODS = {
    "one header": lambda: itertools.chain([HEAD, b"X: "], itertools.repeat(b"x" * 999)),
    "many headers": lambda: itertools.chain(
        [HEAD], (b"X-%d: x\r\n" % number for number in itertools.count())
    ),
    "the request line": lambda: itertools.chain(
        [b"GET /"], itertools.repeat(b"x" * 999)
    ),
    "a trailer": lambda: itertools.chain(
        [HEAD, b"Transfer-Encoding: chunked\r\n\r\n0\r\nX: "],
        itertools.repeat(b"x" * 999),
    ),
    "many trailers": lambda: itertools.chain(
        [HEAD, b"Transfer-Encoding: chunked\r\n\r\n0\r\n"],
        (b"X-%d: x\r\n" % number for number in itertools.count()),
    ),
    "a chunk's extension": lambda: itertools.chain(
        [HEAD, b"Transfer-Encoding: chunked\r\n\r\n5;x="],
        itertools.repeat(b"x" * 999),
    ),
}


@pytest.mark.parametrize("kind", FLOODS)
def test_a_head_without_an_end_is_cut_off(bounded, unbounded, kind):
    assert flood(unbounded, FLOODS[kind]()) == "held"
    assert flood(bounded, FLOODS[kind]()) in {
        "HTTP/1.1 431 Request Header Fields Too Large",
        "closed",  # the answer was lost while we were still sending
    }


def test_a_head_that_comes_at_once_and_is_too_large_is_refused(bounded, unbounded):
    lines = {
        "bytes": b"X: " + b"x" * 20_000 + b"\r\n",
        "headers": b"".join(b"X-%d: x\r\n" % number for number in range(101)),
    }
    for more in lines.values():
        whole = HEAD + more + b"Connection: close\r\nContent-Length: 0\r\n\r\n"
        assert flood(unbounded, [whole]) == "HTTP/1.1 200 OK"
        assert flood(bounded, [whole]) == "HTTP/1.1 431 Request Header Fields Too Large"


def dawdle(address, first, drip=b""):
    """Send a little, then next to nothing; returns the answer, or "held"."""
    with socket.create_connection(address, timeout=0.1) as connection:
        connection.sendall(first)
        received = b""
        for _ in range(int(HELD_S / 0.1)):
            try:
                piece = connection.recv(65536)
            except TimeoutError:
                piece = None
            except ConnectionError:
                piece = b""
            if piece == b"":
                return received.rpartition(b"HTTP/1.1 ")[2].split(b"\r\n")[0].decode()
            received += piece or b""
            try:
                connection.sendall(drip)
            except ConnectionError:
                continue
        return "held"


USED = b"GET /echo HTTP/1.1\r\nHost: here\r\n\r\n"
SLOW = {
    "says nothing": (b"", b""),
    "half a head": (HEAD, b""),
    "a head by the byte": (HEAD + b"X: ", b"x"),
    "half a body": (HEAD + b"Content-Length: 99\r\n\r\nx", b""),
    "a body by the byte": (HEAD + b"Content-Length: 99\r\n\r\n", b"x"),
    "a chunk by the byte": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n63\r\n", b"x"),
    "half a second head": (USED + b"GET /ec", b""),
    "empty lines after an answer": (USED, b"\r\n"),
}


@pytest.mark.parametrize("kind", SLOW)
def test_who_owes_us_something_may_not_dawdle(bounded, unbounded, kind):
    assert dawdle(unbounded, *SLOW[kind]) == "held"
    assert dawdle(bounded, *SLOW[kind]) in {"408 Request Timeout", ""}


def test_who_waits_for_an_answer_has_time(bounded):
    late = USED.replace(b"/echo", b"/late").replace(
        b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"
    )
    assert flood(bounded, [late]) == "HTTP/1.1 200 OK"


def test_who_was_answered_may_keep_the_connection(bounded):
    with socket.create_connection(bounded, timeout=20) as connection:
        for _ in range(3):
            connection.sendall(USED)
            assert connection.recv(65536).startswith(b"HTTP/1.1 200 OK")
            threading.Event().wait(0.5)


def test_a_large_body_in_small_chunks_arrives(bounded):
    chunks = [b"5\r\nabcde\r\n"] * 20_000
    head = HEAD + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    with socket.create_connection(bounded, timeout=20) as connection:
        connection.sendall(head)
        for number in range(0, len(chunks), 100):
            connection.sendall(b"".join(chunks[number : number + 100]))
        connection.sendall(b"0\r\n\r\n")
        received = b""
        while piece := connection.recv(65536):
            received += piece
    assert received.endswith(b"\r\n\r\n100000")


def test_a_steady_body_may_take_its_time(bounded):
    size = 2000
    head = HEAD + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % size
    with socket.create_connection(bounded, timeout=20) as connection:
        connection.sendall(head)
        for _ in range(10):
            threading.Event().wait(0.1)
            connection.sendall(b"x" * (size // 10))
        assert answer_of(connection) == "HTTP/1.1 200 OK"


def test_requests_sent_together_are_answered_in_turn(bounded):
    with socket.create_connection(bounded, timeout=20) as connection:
        connection.sendall(
            USED * 2 + USED.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
        )
        received = b""
        while piece := connection.recv(65536):
            received += piece
    assert received.count(b"HTTP/1.1 200 OK") == 3


def test_a_websocket_may_be_silent(bounded):
    host, port = bounded
    with connect(f"ws://{host}:{port}/") as stream:
        assert stream.recv(timeout=20) == "hello"


def test_what_is_no_http_is_refused(bounded):
    assert flood(bounded, [b"\x16\x03\x01 this is TLS\r\n\r\n"]) == (
        "HTTP/1.1 400 Bad Request"
    )
