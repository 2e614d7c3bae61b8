"""How retired clients find the service, log in, and see what there is to run on."""

import json

import pytest
from retired_account import Retired
from service_in_process import TOKENS

from program_runtime.errors import BackendNotFoundError

PREFIXES = ["", "/", "/experimental", "/experimental.cloud", "/experimental.cloud/"]
CRN = "crn:v1:bluemix:public:quantum-computing:local:a/local:qrt::"
DEVICES = "/Network/ibm-q/Groups/open/Projects/main/devices"
DESCRIPTION = {
    "configuration": {"backend_name": "aer_simulator", "gates": [{"name": "delay"}]},
    "properties": {},
    "status": {
        "state": True,
        "status": "active",
        "length_queue": 0,
        "backend_version": "1",
    },
}
NOISY = {"backend_name": "d", "qubits": [[], []], "gates": [{"gate": "x"}]}


@pytest.fixture
def described(service, monkeypatch):
    """Describe backends without starting a process."""

    async def describe(name):
        service.context.backends.resolve(name)
        properties = NOISY if name.startswith("fake_") else {}
        return {**DESCRIPTION, "properties": properties}

    monkeypatch.setattr(service.context.backends, "describe", describe)
    return service


def log_in(service, token, prefix=""):
    body = json.dumps({"apiToken": token})
    return service.client.post(f"{prefix}/users/loginWithToken", content=body)


@pytest.mark.parametrize("prefix", PREFIXES)
def test_the_dance_of_the_channel_ibm_quantum(service, prefix):
    prefix = f"http://testserver{prefix}"
    version = service.client.get(f"{prefix}/version")
    assert version.json()["api-auth"]
    access = log_in(service, TOKENS["u_b"], prefix).json()
    headers = {"X-Access-Token": access["id"]}
    me = service.client.get(f"{prefix}/users/me", headers=headers).json()
    base = "http://testserver"
    assert me["urls"] == {"http": base, "ws": base, "services": {"runtime": base}}
    hubs = service.client.get(f"{base}/Network", headers=headers).json()
    projects = {"main": {"isDefault": True}}
    assert hubs == [{"name": "ibm-q", "groups": {"open": {"projects": projects}}}]
    devices = service.client.get(
        f"{base}/backends?provider=ibm-q%2Fopen%2Fmain", headers=headers
    ).json()["devices"]
    assert "aer_simulator" in devices


def test_an_access_token_lasts_for_months_and_ends_with_its_api_token(service):
    access = log_in(service, TOKENS["u_b"]).json()
    assert access["ttl"] > 90 * 24 * 3600
    headers = {"X-Access-Token": access["id"]}
    assert service.client.get("/jobs", headers=headers).status_code == 200
    service.root.post("/users/u_b/rotate")
    assert service.client.get("/jobs", headers=headers).status_code == 401


def test_a_wrong_token_does_not_log_in(service):
    answer = log_in(service, "qrt_wrong")
    assert answer.status_code == 401
    assert "The token is not valid" in answer.json()["error"]["message"]


def test_an_access_token_does_not_log_in(service):
    access = log_in(service, TOKENS["u_b"]).json()["id"]
    assert log_in(service, access).status_code == 401


def test_wrong_log_ins_make_their_address_wait(service):
    for number in range(30):
        answer = log_in(service, f"qrt_wrong-{number}")
        if answer.status_code == 429:
            break
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) >= 1


@pytest.mark.parametrize("prefix", PREFIXES)
def test_the_channel_ibm_cloud_needs_no_log_in(service, prefix):
    account = Retired(service.u_b, prefix=f"http://testserver{prefix}")
    answer = account.get("/backends", headers={"Service-CRN": CRN})
    assert "aer_simulator" in answer.json()["devices"]


def test_another_instance_is_named_in_the_refusal(service):
    other = CRN.replace("a/local", "a/other")
    account = Retired(service.u_b)
    refused = account.get("/backends", headers={"Service-CRN": other})
    assert refused.status_code == 400
    assert other in refused.json()["error"]["message"]
    refused = account.get("/backends?provider=ibm-q/open/other")
    assert refused.status_code == 400
    assert "ibm-q/open/other" in refused.json()["error"]["message"]


def test_the_native_interface_has_none_of_these_prefixes_but_its_own(service):
    for path in ("/experimental/api/v1/jobs", "//experimental/api/v1//jobs"):
        account = Retired(service.u_b)
        assert account.get(path).json().keys() >= {"jobs", "count"}


def test_backends_are_names_and_other_names(described):
    names = Retired(described.u_b).get("/backends").json()["devices"]
    assert {"aer_simulator", "ibmq_qasm_simulator", "fake_manila"} <= set(names)
    assert all(isinstance(name, str) for name in names)


@pytest.mark.parametrize("name", ["aer_simulator", "ibmq_qasm_simulator"])
def test_a_configuration_has_the_name_that_was_asked_for(described, name):
    account = Retired(described.u_b)
    assert account.get(f"/backends/{name}/configuration").json() == {
        "backend_name": name,
        "gates": [{"name": "delay"}],
    }
    assert account.get(f"/backends/{name}/properties").json() == {}
    assert account.get(f"/backends/{name}/defaults").json() == {}
    status = account.get(f"/backends/{name}/status").json()
    assert (status["state"], status["status"]) == (True, "active")
    assert status["length_queue"] == 0


@pytest.mark.parametrize("path", ["/backends", DEVICES])
def test_calibrated_backends_tell_of_delays_or_clients_make_no_target(described, path):
    found = Retired(described.u_b).get(f"{path}/fake_manila/properties").json()
    delays = [gate for gate in found["gates"] if gate["gate"] == "delay"]
    assert [gate["qubits"] for gate in delays] == [[0], [1]]
    assert found["gates"][0] == {"gate": "x"}


def test_version_0_8_asks_for_devices_of_a_project(described):
    account = Retired(described.u_b)
    devices = account.get(f"{DEVICES}/v/1").json()
    assert {"aer_simulator", "ibmq_qasm_simulator"} <= {
        device["backend_name"] for device in devices
    }
    status = account.get(f"{DEVICES}/aer_simulator/queue/status").json()
    assert (status["lengthQueue"], status["state"]) == (0, True)
    limit = account.get(f"{DEVICES}/aer_simulator/jobsLimit").json()
    assert limit["maximumJobs"] == -1
    assert account.get(f"{DEVICES}/aer_simulator/bookings/v2").json() == []
    assert account.get(f"{DEVICES}/aer_simulator/defaults").json() == {}
    other = DEVICES.replace("main", "other")
    assert account.get(f"{other}/v/1").status_code == 400


def test_a_device_that_is_out_of_order_is_left_out(described, monkeypatch):
    describe = described.context.backends.describe

    async def broken(name):
        if name == "fake_manila":
            raise BackendNotFoundError("it is broken")
        return await describe(name)

    monkeypatch.setattr(described.context.backends, "describe", broken)
    devices = Retired(described.u_b).get(f"{DEVICES}/v/1").json()
    names = {device["backend_name"] for device in devices}
    assert "aer_simulator" in names
    assert "fake_manila" not in names


def test_a_backend_that_is_not_there_is_not_found(described):
    account = Retired(described.u_b)
    for what in ("configuration", "properties", "defaults", "status"):
        answer = account.get(f"/backends/nowhere/{what}")
        assert answer.status_code == 404, what
        assert "nowhere" in answer.json()["error"]["message"]


def test_no_error_mitigation_of_others_is_promised(service):
    account = Retired(service.u_b)
    assert account.get("/instance").json() == {"qctrl_enabled": False}
    assert account.get("/backends?channel_strategy=q-ctrl").status_code == 400
