"""``qrt doctor`` on a machine with a service, as its owner types it."""

import json

import pytest
from acceptance.live_service import serving


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("doctored"), workers=2) as service:
        yield service


def report(service, *words, code=0, **environment):
    answer = json.loads(
        service.qrt("doctor", "--json", *words, code=code, **environment).stdout
    )
    assert answer["ok"] == (code == 0)
    return {check["name"]: check for check in answer["checks"]}


def test_a_service_that_runs_is_well(service):
    found = report(service, QRT_PORT=str(service.port))
    assert {c["name"] for c in found.values() if c["state"] == "problem"} == set()
    assert found["service"]["message"] == f"{service.url} answers"
    assert found["token"]["message"] == "you are owner (admin)"
    assert found["port"]["message"] == f"{service.port}, used by your service"
    assert found["data directory"]["message"] == f"{service.data_dir}, yours alone"
    health = service.http("GET", "/version").json()
    assert health["qiskit"] in found["versions"]["message"]


def test_modes_that_are_too_wide_are_found_and_mended(service):
    (service.data_dir / "owner.token").chmod(0o644)
    found = report(service, code=1)["data directory"]
    assert "owner.token has the mode 0644" in found["message"]
    assert report(service, "--fix")["data directory"]["fixed"] is True
    assert (service.data_dir / "owner.token").stat().st_mode & 0o777 == 0o600


def test_an_address_where_nobody_answers_is_a_problem(service):
    told = service.qrt("doctor", code=1, QRT_URL="http://127.0.0.1:1", QRT_TOKEN="x")
    assert "problem  service: The service at http://127.0.0.1:1 does not answer" in (
        told.stdout
    )
