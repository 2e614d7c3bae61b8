"""The current official client: its scenarios against one service."""

import json

import pytest
from acceptance import live_service
from clients.environments import PAGE, chosen
from clients.running import run_scenario

pytestmark = pytest.mark.timeout(900)  # an environment may have to be installed
SCENARIOS = (
    "current_accounts",
    "current_jobs",
    "current_primitives",
    "current_sessions",
)
CLIENTS = chosen("current")


def environment_of(service):
    """What points the client at a service, as ``qrt env`` prints it."""
    return {
        "ROOT": service.url,
        "TOKEN": service.token,
        "IAM_URL": service.url,
        "GLOBAL_SEARCH_URL": service.url,
        "GLOBAL_CATALOG_URL": f"{service.url}/catalog",
    }


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_the_client_does_what_its_users_do(live, passed, tmp_path, client, scenario):
    environment = environment_of(live)
    passed(client, run_scenario(client, scenario, home=tmp_path, **environment))


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_the_client_takes_a_plain_instance_and_https(passed, tmp_path, client):
    folder = tmp_path / "service"
    folder.mkdir()
    service = live_service.TlsService(folder, instance="lab")
    try:
        service.start()
        environment = environment_of(service)
        environment["REQUESTS_CA_BUNDLE"] = str(service.authority)
        script = "current_plain_instance"
        home = tmp_path / "home"
        passed(client, run_scenario(client, script, home=home, **environment))
    finally:
        service.stop()


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_the_page_works_with_what_the_command_prints(live, passed, tmp_path, client):
    printed = json.loads(live.qrt("env", "--json").stdout)
    about = {"PAGE": str(PAGE), "SECTION": "The current client"}
    passed(client, run_scenario(client, "page", home=tmp_path, **printed, **about))
