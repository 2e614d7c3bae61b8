"""Which version is at the other end, learned from requests, used for websockets."""

import pytest
from starlette.requests import HTTPConnection

from program_runtime.service import generations
from program_runtime.service.generations import Generations

OLDEST = "qiskit-ibm-runtime,qiskit-terra/0.8.0,0.23.3"
LATER = "qiskit-version-2/qiskit_ibm_runtime-0.11.3,qiskit_terra-0.25.3/~main.py"


def asked(application=None, token="t_1", header="authorization"):
    headers = [(header.encode(), f"apikey {token}".encode())]
    if application is not None:
        headers.append((b"x-qx-client-application", application.encode()))
    return HTTPConnection({"type": "http", "headers": headers})


@pytest.fixture
def known():
    return Generations()


def test_a_client_of_which_nothing_is_known_takes_links(known):
    assert known.takes_links(asked())


@pytest.mark.parametrize("application", [OLDEST, "qiskit/0.41.0", f"{OLDEST}/custom"])
def test_version_0_8_takes_no_links(known, application):
    assert not known.takes_links(asked(application))


def test_what_a_request_said_holds_for_the_websocket_of_the_same_token(known):
    known.note(asked(OLDEST))
    assert not known.takes_links(asked())
    assert known.takes_links(asked(token="t_2"))


def test_a_token_that_a_later_version_uses_is_of_that_one(known):
    known.note(asked(OLDEST))
    known.note(asked(LATER))
    assert known.takes_links(asked())


def test_access_tokens_are_told_apart_too(known):
    known.note(asked(OLDEST, header="x-access-token"))
    assert not known.takes_links(asked(header="x-access-token"))
    assert known.takes_links(asked(token="t_2", header="x-access-token"))


def test_the_memory_is_bounded(known, monkeypatch):
    monkeypatch.setattr(generations, "_REMEMBERED", 2)
    for token in ("t_1", "t_2", "t_3"):
        known.note(asked(OLDEST, token=token))
    assert known.takes_links(asked(token="t_1"))
    assert not known.takes_links(asked(token="t_3"))
