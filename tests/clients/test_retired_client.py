"""The retired official client: all it does, over TLS, on both of its channels."""

import os

import pytest
from acceptance.live_service import TlsService
from clients.environments import chosen
from clients.running import run_scenario

pytestmark = pytest.mark.timeout(900)  # an environment may have to be installed
CHANNELS = ("ibm_quantum", "ibm_cloud")
CLIENTS = chosen("retired")
ALL = os.environ.get("CLIENTS") == "all"
SAMPLED = [(client, "ibm_cloud") for client in (CLIENTS if ALL else CLIENTS[:1])]
"""Which run samples as well: they take longest, and once is enough for every change."""


@pytest.fixture(scope="module")
def secure(tmp_path_factory):
    """A service with a certificate of its own: without, no client can stream."""
    service = TlsService(tmp_path_factory.mktemp("secure"), workers=4)
    try:
        yield service.start()
    finally:
        service.stop()


@pytest.fixture(scope="module")
def user_token(secure):
    """The token of someone who may run programs and not publish any."""
    return secure.http("POST", "/users", json={"name": "u_b"}).json()["token"]


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_the_client_does_what_its_users_did(  # noqa: PLR0917 - fixtures
    secure, user_token, passed, tmp_path, client, channel
):
    more = {"WITH_SAMPLES": "1"} if (client, channel) in SAMPLED else {}
    checks = run_scenario(
        client,
        "retired",
        home=tmp_path,
        CHANNEL=channel,
        ROOT=secure.url,
        TOKEN=secure.token,
        USER_TOKEN=user_token,
        REQUESTS_CA_BUNDLE=str(secure.authority),
        WEBSOCKET_CLIENT_CA_BUNDLE=str(secure.authority),
        **more,
    )
    passed(client, checks)
