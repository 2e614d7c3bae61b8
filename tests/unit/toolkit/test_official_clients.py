"""What points official clients at a service."""

import pytest

from toolkit import official_clients

CRN = "crn:v1:bluemix:public:quantum-computing:local:a/local:qrt::"
URL = "http://127.0.0.1:8000"


def variables(client="current", **fields):
    given = {"url": URL, "token": "qrt_planted", "instance": CRN, **fields}
    return official_clients.variables(client, **given)


def warnings(client, *, url=URL, instance=CRN, **environment):
    return official_clients.warnings(
        client, url=url, instance=instance, environment=environment
    )


def test_the_current_client_logs_in_and_looks_up_at_the_service():
    assert variables() == {
        "IAM_URL": URL,
        "GLOBAL_SEARCH_URL": URL,
        "GLOBAL_CATALOG_URL": f"{URL}/catalog",
        "QISKIT_IBM_CHANNEL": "ibm_cloud",
        "QISKIT_IBM_URL": f"{URL}/experimental/api/v1",
        "QISKIT_IBM_INSTANCE": CRN,
        "QISKIT_IBM_TOKEN": "qrt_planted",
    }


def test_the_retired_client_needs_an_address_of_its_own():
    assert variables("retired") == {
        "QISKIT_IBM_CHANNEL": "ibm_cloud",
        "QISKIT_IBM_URL": f"{URL}/experimental.cloud",
        "QISKIT_IBM_INSTANCE": CRN,
        "QISKIT_IBM_TOKEN": "qrt_planted",
    }


@pytest.mark.parametrize(
    ("client", "names"),
    [
        ("current", {"REQUESTS_CA_BUNDLE"}),
        ("retired", {"REQUESTS_CA_BUNDLE", "WEBSOCKET_CLIENT_CA_BUNDLE"}),
    ],
    ids=["current", "retired"],
)
def test_an_authority_is_named_to_everything_that_connects(client, names):
    plain, trusting = variables(client), variables(client, authority="/srv/ca.pem")
    assert {name for name in trusting if name not in plain} == names
    assert {trusting[name] for name in names} == {"/srv/ca.pem"}


def test_a_slash_at_the_end_of_the_address_does_no_harm():
    assert variables(url=f"{URL}/") == variables()


def test_nothing_is_said_where_nothing_is_wrong():
    assert warnings("current") == []
    assert warnings("retired", url="https://lab:8000") == []
    assert warnings("current", HTTP_PROXY="http://p", NO_PROXY="127.0.0.1") == []


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (warnings("retired"), "streams over https alone"),
        (warnings("retired", url="https://lab", instance="lab"), "'lab' is"),
        (warnings("current", https_proxy="http://p"), "put the service's host into"),
    ],
    ids=["no-tls", "no-crn", "proxy"],
)
def test_what_will_not_work_is_said(told, words):
    [warning] = told
    assert words in warning
