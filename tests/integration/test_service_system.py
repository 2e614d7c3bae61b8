"""Health, numbers, versions, backends, and the document that describes it all."""

import json

import jsonschema
import pytest
from fastapi.openapi.models import OpenAPI
from prometheus_client.parser import text_string_to_metric_families

from program_runtime.errors import StorageError


def test_health_says_what_operators_ask(service):
    health = service.client.get("/healthz").json()
    assert health["uptime_s"] >= 0
    del health["uptime_s"]
    assert health == {
        "status": "ok",
        "version": "0.1.0",
        "isolation": "none",
        "zygote": {"started": True},
        "queue": {"queued": 0, "running": 0},
        "store": "ok",
        "broker": None,
    }


def test_a_store_that_fails_makes_the_service_unhealthy(service):
    async def failing():
        raise StorageError("the disk is gone")

    service.store.jobs.queued_by_backend = failing
    answer = service.client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["status"] == "failed"
    assert answer.json()["store"] == "failed: the disk is gone"


def test_a_store_that_can_only_read_degrades_the_service(service):
    async def failing():
        raise StorageError("no room")

    service.store.check = failing
    answer = service.client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json()["status"] == "degraded"
    assert answer.json()["store"] == "can not be written: no room"


def test_a_service_that_stops_says_so_and_takes_no_new_work(service):
    service.seed()
    job_id = service.u_b.submit()
    service.u_b.finished(job_id)
    service.do(service.context.scheduler.close, 0)
    answer = service.client.get("/healthz")
    assert (answer.status_code, answer.json()["status"]) == (503, "stopping")
    release = "/programs/hello/releases/2.0.0"
    for answer in (
        service.u_b.post("/jobs", json={"program_id": "hello"}),
        service.u_b.put(f"/blobs/sha256:{'0' * 64}", content=b"x"),
        service.maker.put(release, content=b"x"),
    ):
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "5"
        assert answer.json()["error"]["code"] == "stopping"
    assert service.u_b.get(f"/jobs/{job_id}/results").status_code == 200
    assert len(service.u_b.stream(job_id)) == 4
    tags = {"tags": ["kept"]}
    assert service.u_b.put(f"/jobs/{job_id}/tags", json=tags).status_code == 204


def test_metrics_count_jobs_and_events_and_name_nobody(service):
    service.seed()
    service.u_b.finished(service.u_b.submit())
    service.do(service.context.drain)
    text = service.client.get("/metrics").text
    samples = {
        sample.name: (sample.labels, sample.value)
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert samples["qrt_jobs_submitted_total"] == ({}, 1)
    completed = {"status": "Completed", "code": ""}
    assert samples["qrt_jobs_finished_total"] == (completed, 1)
    assert samples["qrt_events_stored_total"] == ({}, 2)
    assert samples["qrt_jobs_running"] == ({}, 0)
    assert "u_b" not in text


def test_versions_are_told_without_a_token(service):
    import qiskit
    from qiskit.qpy.common import QPY_VERSION

    version = service.client.get("/api/v1/version").json()
    assert version["api"] == {"min": 1, "max": 1}
    assert (version["qiskit"], version["qpy"]) == (qiskit.__version__, QPY_VERSION)
    assert version["instance"] == service.context.settings.instance
    assert version["provider"] == "ibm-q/open/main"


def test_backends_are_listed_with_their_queues(make_service, gate):
    with make_service(workers=1) as service:
        service.seed()
        service.hold(gate)
        for _ in range(3):
            service.u_b.submit()
        assert gate.reached.wait(10)
        devices = service.u_b.get("/backends").json()["devices"]
        [aer] = [each for each in devices if each["name"] == "aer_simulator"]
        assert aer["status"] == {"name": "online"}
        assert (aer["queue_length"], aer["simulator"]) == (2, True)
        assert "ibmq_qasm_simulator" in aer["aliases"]
        gate.open()


def test_a_backend_is_described_by_a_child_and_the_answer_is_kept(service, monkeypatch):
    from program_runtime.service import backends

    made = []

    async def describe():
        made.append(1)
        return json.dumps(
            {
                info.name: {
                    "configuration": {"backend_name": info.name},
                    "properties": {},
                    "status": {"state": True, "length_queue": 9},
                }
                for info in service.context.backends.known()
            }
        )

    monkeypatch.setattr(backends, "_describe_all", describe)
    first = service.u_b.get("/backends/ibmq_qasm_simulator/configuration").json()
    assert first == {"backend_name": "ibmq_qasm_simulator"}
    assert service.u_b.get("/backends/aer_simulator/properties").json() == {}
    status = service.u_b.get("/backends/aer_simulator/status").json()
    assert status == {"state": True, "length_queue": 9}
    service.context.backends._described = None
    assert service.u_b.get("/backends/aer_simulator/properties").json() == {}
    assert made == [1]


def test_a_backend_that_is_not_there_is_404(service):
    answer = service.u_b.get("/backends/aer_simulato/status")
    assert answer.status_code == 404
    assert "Did you mean 'aer_simulator'?" in answer.json()["error"]["hint"]


def test_the_openapi_document_is_valid_and_complete(service):
    document = service.client.get("/openapi.json").json()
    OpenAPI.model_validate(document)
    assert document["openapi"].startswith("3.1")
    operations = [
        (method, path, operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
    ]
    assert len(operations) >= 35
    for method, path, operation in operations:
        assert operation["summary"], (method, path)
        assert operation["description"], (method, path)
        assert "422" not in operation["responses"]
        reference = operation["responses"]["default"]["content"]["application/json"]
        assert reference["schema"] == {"$ref": "#/components/schemas/Error"}
    submit = document["paths"]["/api/v1/jobs"]["post"]
    schema = submit["requestBody"]["content"]["application/json"]["schema"]
    jsonschema.Draft202012Validator.check_schema(schema)
    assert submit["x-role"] == "user"


@pytest.mark.parametrize("path", ["/jobs/none", "/nothing", "/jobs?limit=0"])
def test_errors_have_the_form_that_the_document_promises(service, path):
    document = service.client.get("/openapi.json").json()
    answer = service.u_b.get(path)
    jsonschema.validate(answer.json(), document["components"]["schemas"]["Error"])
    assert answer.status_code >= 400
