import types

import pytest

from program_runtime import errors
from program_runtime.client.api import failures
from program_runtime.client.api.session_routes import SessionRoutes


class Transport:
    """Keeps what was sent."""

    def __init__(self):
        self.sent = []

    def request(self, method, path, json=None):
        self.sent.append((method, path, json))
        return types.SimpleNamespace(json=lambda: {"id": "session_1"})


@pytest.fixture
def routes():
    made = SessionRoutes()
    made.transport = Transport()
    return made


def test_a_session_is_opened_with_what_is_known_of_it(routes):
    assert routes.open_session(mode="batch") == {"id": "session_1"}
    routes.open_session(mode="dedicated", backend="aer_simulator", max_ttl_s=60)
    assert routes.transport.sent == [
        ("POST", "/sessions", {"mode": "batch"}),
        (
            "POST",
            "/sessions",
            {"mode": "dedicated", "backend": "aer_simulator", "max_ttl": 60},
        ),
    ]


def test_a_session_is_looked_at_closed_and_cancelled(routes):
    assert routes.session("a/b") == {"id": "session_1"}
    routes.close_session("session_1")
    routes.cancel_session("session_1")
    assert routes.transport.sent == [
        ("GET", "/sessions/a%2Fb", None),
        ("PATCH", "/sessions/session_1", {"accepting_jobs": False}),
        ("DELETE", "/sessions/session_1/close", None),
    ]


@pytest.mark.parametrize(
    ("code", "path"),
    [("session_closed", "/jobs"), ("conflict", "/sessions/session_1")],
    ids=["job", "session"],
)
def test_a_closed_session_is_told_as_a_state(code, path):
    response = types.SimpleNamespace(
        status_code=409,
        json=lambda: {"error": {"message": "It was closed.", "code": code}},
    )
    refused = failures.from_response(response, path)
    assert type(refused) is errors.RuntimeInvalidStateError
    assert str(refused) == "It was closed."
