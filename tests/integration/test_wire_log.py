"""What the libraries below us would write into the log, and what we let them."""

import logging

from bare_server import serving
from websockets.sync.client import connect

from program_runtime.service import logs
from program_runtime.service.domain import new_token
from program_runtime.service.http_bounds import BoundedHttp


def call(token):
    """Open a websocket with a token in its header, and hear what it says."""
    with serving(BoundedHttp) as (host, port):
        headers = {"Authorization": f"Bearer {token}"}
        address = f"ws://{host}:{port}/"
        with connect(address, additional_headers=headers) as stream:
            assert stream.recv(timeout=20) == "hello"


def test_uvicorn_would_write_down_tokens_and_messages(caplog):
    caplog.set_level(logging.DEBUG)
    token = new_token()
    call(token)
    written = [r.getMessage() for r in caplog.records if r.name == "uvicorn.error"]
    assert f"< authorization: Bearer {token}" in written
    assert any("hello" in line for line in written)


def test_we_let_it_write_down_neither(capsys):
    token = new_token()
    with logs.on_stderr(logging.DEBUG):
        call(token)
    told = capsys.readouterr().err
    assert " INFO uvicorn.error " in told
    assert token not in told
    assert "hello" not in told


def test_a_token_is_masked_should_it_come_so_far_nonetheless(capsys):
    token = new_token()
    with logs.on_stderr(logging.DEBUG):
        logging.getLogger("uvicorn.error").setLevel(logging.DEBUG)
        call(token)
    told = capsys.readouterr().err
    assert "< authorization: Bearer ********" in told
    assert token not in told
