"""Backends as the current official client asks for them."""

import json

import pytest

from program_runtime.service import backends

DEVICE = {"name", "status", "qubits", "queue_length"}


@pytest.fixture(autouse=True)
def _described(monkeypatch):
    async def describe():
        known = backends.catalog.known()
        return json.dumps(
            {
                info.name: {
                    "configuration": {"backend_name": info.name, "n_qubits": 3},
                    "properties": {"backend_name": info.name} if index else {},
                    "status": {
                        "state": True,
                        "length_queue": 0,
                        "backend_version": "1",
                    },
                }
                for index, info in enumerate(known)
            }
        ).encode()

    monkeypatch.setattr(backends, "_describe_all", describe)


def devices(service, query=""):
    found = service.u_b.get(f"/backends{query}").json()["devices"]
    return {device["name"]: device for device in found}


def test_each_device_has_what_clients_reckon_with(service):
    for device in devices(service, "?include_mocks=True").values():
        assert set(device) >= DEVICE
        assert device["status"] == {"name": "online"}
        assert isinstance(device["qubits"], int), device
        assert isinstance(device["queue_length"], int)


def test_at_least_one_backend_is_no_simulator(service):
    assert not all(device["simulator"] for device in devices(service).values())


def test_mocks_and_other_names_are_there_for_who_asks(service):
    plain = devices(service)
    more = devices(service, "?include_mocks=True")
    assert set(plain) < set(more)
    assert not any("class" in device for device in plain.values())
    added = {name: more[name] for name in set(more) - set(plain)}
    assert set(added) >= {"mock_manila", "mock_simulator", "ibmq_qasm_simulator"}
    assert {device["class"] for device in added.values()} == {"mock"}


@pytest.mark.parametrize("name", ["mock_manila", "ibmq_qasm_simulator", "fake_lagos"])
def test_a_backend_answers_under_the_name_that_was_asked_for(service, name):
    told = service.u_b.get(f"/backends/{name}/configuration").json()
    assert told["backend_name"] == name
    status = service.u_b.get(f"/backends/{name}/status").json()
    assert (status["state"], status["length_queue"]) == (True, 0)


def test_the_properties_of_an_ideal_simulator_stay_empty(service):
    assert service.u_b.get("/backends/ibmq_qasm_simulator/properties").json() == {}
    told = service.u_b.get("/backends/mock_manila/properties").json()
    assert told == {"backend_name": "mock_manila"}


def test_a_job_on_a_mock_stays_on_it(service):
    service.seed()
    job_id = service.u_b.submit(backend="mock_manila")
    assert service.u_b.finished(job_id)["backend"] == "mock_manila"


def test_a_dry_run_is_listed_for_who_asks(service):
    service.seed()
    job_id = service.u_b.submit(backend="mock_manila")
    for query, count in (
        ("", 0),
        ("?include_mocks=True", 1),
        ("?backend=mock_manila", 1),
    ):
        found = service.u_b.get(f"/jobs{query}").json()
        assert found["count"] == count, query
        assert [job["id"] for job in found["jobs"]] == [job_id] * count


@pytest.mark.parametrize("part", ["configuration", "properties"])
def test_another_calibration_is_refused_in_words(service, part):
    answer = service.u_b.get(f"/backends/fake_manila/{part}?calibration_id=c1")
    assert answer.status_code == 400
    assert answer.json()["error"]["message"] == (
        "There is no calibration 'c1': this service keeps one for each backend."
    )


def test_a_backend_of_unknown_size_is_described_and_a_broken_one_has_none(
    service, monkeypatch
):
    import dataclasses

    known = service.context.backends.known()
    unknown = dataclasses.replace(known[0], num_qubits=None)
    assert service.do(service.context.backends.num_qubits, unknown) == 3
    service.context.backends._described[known[0].name] = {"error": "broken"}
    assert service.do(service.context.backends.num_qubits, unknown) == 0
