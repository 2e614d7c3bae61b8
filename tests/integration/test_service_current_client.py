"""What the current official client needs of jobs, beyond what others ask for.

The client itself is run against a real service by tests/clients.
"""

import json
import socket
from datetime import UTC, datetime, timedelta

import bare_server
import pytest
import requests
from service_in_process import ROLES

from program_runtime.service.http_bounds import BoundedHttp

OFFICIAL = {"X-Qx-Client-Application": "qiskit-version-2/qiskit_ibm_runtime-0.51.0"}


def refused(answer, status):
    assert answer.status_code == status, answer.text
    document = answer.json()
    [error] = document["errors"]
    assert error["message"] == document["error"]["message"]
    assert answer.headers["uber-trace-id"] == document["trace"]
    return document["error"]["message"]


def test_a_submission_is_answered_with_the_keys_that_the_client_reads(service):
    service.seed()
    body = {"program_id": "hello", "params": {"x": 1}, "backend": "fake_manila"}
    answer = service.u_b.post("/jobs", json=body).json()
    assert (bool(answer["id"]), answer["backend"]) == (True, "fake_manila")


def test_the_inputs_come_with_the_job_as_they_were_sent(service):
    service.seed()
    text = '{"x":  1.50, "x": {"__type__": "settings", "__module__": "os"}}'
    job_id = service.u_b.submit(inputs=text)
    answer = service.u_b.get(f"/jobs/{job_id}")
    assert answer.text.endswith(f', "params": {text}}}')
    assert answer.json()["id"] == job_id


def test_large_inputs_come_with_the_job_as_well(make_service):
    with make_service(inline_bytes=100) as service:
        service.seed()
        text = json.dumps({"x": "é" * 1000})
        job_id = service.u_b.submit(inputs=text)
        assert service.u_b.get(f"/jobs/{job_id}").json()["params"] == json.loads(text)


def test_inputs_are_left_out_for_who_asks_so(service):
    service.seed()
    job_id = service.u_b.submit(inputs='{"x": 1}')
    for query in ("exclude_params=true", "exclude_params=True", "exclude_params=1"):
        job = service.u_b.get(f"/jobs/{job_id}?{query}").json()
        assert job["id"] == job_id
        assert "params" not in job


@pytest.mark.parametrize("text", ['{}, "user": "root"', "", "[" * 9000])
def test_inputs_that_are_no_json_change_nothing_of_the_job_around_them(service, text):
    service.seed()
    job_id = service.u_b.submit(inputs=text)
    job = service.u_b.get(f"/jobs/{job_id}").json()
    assert (job["user"], job["params"]) == ("u_b", text)


def test_a_list_shows_no_inputs(service):
    service.seed()
    service.u_b.submit(inputs='{"x": 1}')
    [job] = service.u_b.get("/jobs?exclude_params=true").json()["jobs"]
    assert "params" not in job


def test_who_pages_past_the_end_is_not_sent_on_for_ever(service):
    service.seed()
    for _ in range(3):
        service.u_b.submit()
    pages = {
        offset: service.u_b.get(f"/jobs?offset={offset}").json() for offset in (1, 7)
    }
    assert [len(page["jobs"]) for page in pages.values()] == [2, 0]
    assert [page["count"] for page in pages.values()] == [3, 7]


def test_jobs_are_found_by_what_the_client_filters_by(service):
    service.seed()
    service.seed("other")
    wanted = service.u_b.submit(backend="fake_manila", tags=["a", "b"])
    service.u_b.submit(tags=["a"])
    service.u_b.submit("other")
    for job_id in [job["id"] for job in service.u_b.get("/jobs").json()["jobs"]]:
        service.u_b.finished(job_id)
    soon = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    for params, count in (
        ({"program": "other"}, 1),
        ({"backend": "fake_manila"}, 1),
        ({"tags": ["a", "b"]}, 1),
        ({"tags": "a"}, 2),
        ({"pending": "true"}, 0),
        ({"pending": "false"}, 3),
        ({"created_after": soon}, 0),
        ({"created_before": soon}, 3),
        ({"sort": "ASC", "limit": 1, "include_mocks": "True"}, 3),
    ):
        found = service.u_b.get("/jobs", params=params).json()
        assert found["count"] == count, params
    tagged = service.u_b.get("/jobs", params={"tags": ["a", "b"]}).json()
    assert [job["id"] for job in tagged["jobs"]] == [wanted]


@pytest.mark.parametrize(
    ("field", "said"),
    [
        (
            {"private": True},
            "private: is not kept here: a job is its owner's, and admins see every job",
        ),
        ({"calibration_id": "c1"}, "There is no calibration 'c1'"),
        ({"runtime": "a:b"}, "'a:b' is not an environment of this service"),
    ],
    ids=["private", "calibration", "image"],
)
def test_what_can_not_be_honoured_is_refused_in_one_message(service, field, said):
    service.seed()
    body = {"program_id": "hello", "params": {}, **field}
    assert said in refused(service.u_b.post("/jobs", json=body, headers=OFFICIAL), 400)
    assert service.u_b.get("/jobs").json()["count"] == 0


@pytest.mark.parametrize("field", [{"private": False}, {"hub": "x"}, {"cost": 5}])
def test_what_means_nothing_here_is_taken(service, field):
    service.seed()
    body = {"program_id": "hello", "params": {}, **field}
    assert service.u_b.post("/jobs", json=body, headers=OFFICIAL).status_code == 201


def test_others_are_told_problem_by_problem(service):
    service.seed()
    body = {"program_id": "hello", "params": {}, "private": True}
    error = service.u_b.post("/jobs", json=body).json()["error"]
    assert error["message"] == "The job can not be submitted."
    assert [problem["path"] for problem in error["problems"]] == ["private"]


def test_a_failed_job_says_all_in_its_reason_and_its_results_are_no_error(service):
    service.seed()

    @service.script
    async def script(run):
        raise ValueError("no convergence")

    job_id = service.u_b.submit()
    state = service.u_b.finished(job_id)["state"]
    assert state["status"] == "Failed"
    assert state["reason"].startswith("ValueError: no convergence\n\nTraceback")
    assert service.u_b.get(f"/jobs/{job_id}/results").status_code == 204


def test_what_a_final_job_answers_to_the_verbs_of_the_client(service):
    service.seed()
    job_id = service.u_b.submit()
    service.u_b.finished(job_id)
    assert "is final already" in refused(
        service.u_b.post(f"/jobs/{job_id}/cancel"), 409
    )
    tags = service.u_b.put(f"/jobs/{job_id}/tags", json={"tags": ["x"]})
    assert (tags.status_code, tags.content) == (204, b"")
    assert service.u_b.delete(f"/jobs/{job_id}").status_code == 204
    refused(service.u_b.delete(f"/jobs/{job_id}"), 404)
    refused(service.u_b.get(f"/jobs/{job_id}"), 404)


def test_metrics_have_the_times_and_the_charge(service):
    service.seed()
    job_id = service.u_b.submit()
    service.u_b.finished(job_id)
    found = service.u_b.get(f"/jobs/{job_id}/metrics").json()
    assert set(found["timestamps"]) == {"created", "running", "finished"}
    assert all(found["timestamps"].values())
    assert found["usage"]["status"] == "complete"
    assert found["usage"]["qpu_charge_time_seconds"] == 0


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{", b'{"program_id": 7}', b'{"program_id": "hello", "params": 3}'],
    ids=["nothing", "a-list", "cut-off", "a-number", "no-object"],
)
@pytest.mark.parametrize("name", ROLES)
def test_nothing_that_a_user_sends_is_an_error_of_the_service(service, name, body):
    """The client repeats a POST that was answered by 500, 502, 503 or 504."""
    answer = getattr(service, name).post("/jobs", content=body, headers=OFFICIAL)
    refused(answer, 400)


def test_an_answer_waits_for_no_acknowledgement():
    """Head and body are two writes: with Nagle's delay each call would take 40 ms."""
    seen = []

    class Watched(BoundedHttp):
        def connection_made(self, transport):
            super().connection_made(transport)
            accepted = transport.get_extra_info("socket")
            seen.append(accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))

    with bare_server.serving(Watched) as (host, port):
        requests.get(f"http://{host}:{port}/", timeout=10)
    assert all(seen)
    assert seen
