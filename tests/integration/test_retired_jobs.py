"""Jobs as retired clients submit them, find them and ask about them."""

import json

import pytest
from retired_account import OCTETS, Retired

from program_runtime.service.api.retired import submissions

LEAKED = (
    '"_ParameterNamespace__metadata": {}, "_ParameterNamespace__program_params": {}'
)


@pytest.fixture
def u_b(service):
    service.seed()
    return Retired(service.u_b)


def done(service, account, *arguments, **fields):
    job_id = account.run(*arguments, **fields)
    service.u_b.finished(job_id)
    return job_id


@pytest.mark.parametrize("headers", [{}, OCTETS, {"Content-Type": "text/html"}])
def test_a_job_is_submitted_under_any_content_type(service, u_b, headers):
    body = b'{"program_id": "hello", "params": {"x":  1.50}}'
    answer = u_b.post("/jobs", content=body, headers=headers)
    assert answer.status_code == 200
    job = answer.json()
    assert job["backend"] == "aer_simulator"
    service.u_b.finished(job["id"])
    assert u_b.get(f"/jobs/{job['id']}/results").text == '{"x":  1.50}'


@pytest.mark.parametrize("size", [10, 100_000, 2_000_000])
def test_inputs_come_back_as_they_were_sent(service, u_b, size):
    text = f'{{"x":  1.50, "long": "{"y" * size}", "big": {10**30}}}'
    job_id = done(service, u_b, text)
    assert f'"params": {text}' in u_b.get(f"/jobs/{job_id}").text
    assert u_b.get(f"/jobs/{job_id}").json()["params"]["x"] == 1.5
    without = u_b.get(f"/jobs/{job_id}?exclude_params=true").json()
    assert "params" not in without


def test_inputs_as_a_namespace_lose_what_belongs_to_the_client(service, u_b):
    job_id = done(service, u_b, f'{{"x":  1.50, "unset": null, {LEAKED}}}')
    assert u_b.get(f"/jobs/{job_id}/results").text == '{"x": 1.50}'


def test_inputs_of_another_road_that_are_no_json_do_no_harm(service, u_b):
    job_id = service.u_b.submit(inputs="no json")
    service.u_b.finished(job_id)
    assert u_b.get(f"/jobs/{job_id}").json()["id"] == job_id
    assert [job["id"] for job in u_b.get("/jobs").json()["jobs"]] == [job_id]


def test_a_job_is_what_clients_look_for(service, u_b):
    job_id = done(service, u_b, tags='["a"]', cost=60, backend='"ibmq_qasm_simulator"')
    job = u_b.get(f"/jobs/{job_id}").json()
    assert job["created"].endswith("Z")
    expected = {
        "id": job_id,
        "backend": "aer_simulator",
        "state": {"status": "Completed"},
        "program": {"id": "hello"},
        "hub": "ibm-q",
        "group": "open",
        "project": "main",
        "tags": ["a"],
        "session_id": None,
        "cost": 60,
    }
    assert {key: job[key] for key in expected} == expected


def test_a_program_is_called_by_a_label_where_a_client_refuses_its_name(service, u_b):
    job_id = done(service, u_b, program="hello:latest")
    assert u_b.get(f"/jobs/{job_id}").json()["program"] == {"id": "hello"}


def test_metrics_have_the_names_of_all_versions(service, u_b):
    job_id = done(service, u_b)
    metrics = u_b.get(f"/jobs/{job_id}/metrics").json()
    assert metrics["bss"]["seconds"] == metrics["usage"]["seconds"] >= 0
    assert set(metrics["timestamps"]) == {"created", "running", "finished"}
    assert metrics["qiskit_version"]


def test_logs_are_text(service, u_b):
    @service.script
    async def script(run):
        await run.log("Completed\n")
        return "{}"

    job_id = done(service, u_b)
    assert u_b.get(f"/jobs/{job_id}/logs").text == "Completed\n"


def test_tags_are_replaced_without_an_answer(service, u_b):
    job_id = done(service, u_b)
    answer = u_b.put(f"/jobs/{job_id}/tags", content=b'{"tags": ["b"]}', headers=OCTETS)
    assert (answer.status_code, answer.text) == (204, "")
    assert u_b.get(f"/jobs/{job_id}").json()["tags"] == ["b"]


def test_a_list_has_short_inputs_and_clients_ask_for_longer_ones(service, u_b):
    long = f'{{"x": "{"y" * 200_000}"}}'
    ids = [done(service, u_b, text) for text in ('{"x": 1}', long)]
    first, second = u_b.get("/jobs?sort=ASC").json()["jobs"]
    assert (first["id"], first["params"]) == (ids[0], {"x": 1})
    assert "params" not in second


def test_pages_of_jobs_count_what_fits_the_filters(service, u_b):
    service.seed("other")
    ids = [done(service, u_b, tags=f'["t{number % 2}"]') for number in range(4)]
    done(service, u_b, program="other")
    page = u_b.get("/jobs?program=hello&limit=2&offset=1").json()
    assert page["count"] == 4
    assert [job["id"] for job in page["jobs"]] == ids[::-1][1:3]
    assert page["jobs"][0]["params"] == {"x": 1.5}
    assert u_b.get("/jobs?program=nowhere").json() == {
        "count": 0,
        "limit": 20,
        "offset": 0,
        "jobs": [],
    }
    assert u_b.get("/jobs?tags=t0&tags=t1").json()["count"] == 0
    assert u_b.get("/jobs?tags=t0").json()["count"] == 2
    assert u_b.get("/jobs?pending=true").json()["count"] == 0
    assert u_b.get("/jobs?pending=false").json()["count"] == 5
    assert u_b.get("/jobs?backend=ibmq_qasm_simulator").json()["count"] == 5
    assert u_b.get("/jobs?backend=fake_manila").json()["count"] == 0
    assert u_b.get("/jobs?backend=nowhere").json()["count"] == 0
    assert u_b.get("/jobs?provider=ibm-q/open/main").json()["count"] == 5
    third = u_b.get(f"/jobs/{ids[2]}").json()["created"].replace("Z", "%2B00:00")
    after = u_b.get(f"/jobs?program=hello&created_after={third}&sort=ASC").json()
    assert [job["id"] for job in after["jobs"]] == ids[2:]


def test_everybody_sees_their_own_jobs(service, u_b):
    job_id = done(service, u_b)
    root = Retired(service.root)
    assert root.get("/jobs").json()["count"] == 0
    assert root.get(f"/jobs/{job_id}").status_code == 200
    assert Retired(service.other).get(f"/jobs/{job_id}").status_code == 404


def test_a_running_job_is_cancelled_and_a_final_one_is_not(service, u_b, gate):
    service.hold(gate)
    job_id = u_b.run()
    assert gate.reached.wait(10)
    assert u_b.get(f"/jobs/{job_id}").json()["state"] == {"status": "Running"}
    metrics = u_b.get(f"/jobs/{job_id}/metrics").json()
    assert (metrics["bss"], metrics["timestamps"]["finished"]) == ({"seconds": 0}, None)
    assert u_b.post(f"/jobs/{job_id}/cancel").status_code == 204
    service.u_b.finished(job_id)
    assert u_b.get(f"/jobs/{job_id}").json()["state"] == {"status": "Cancelled"}
    assert u_b.get(f"/jobs/{job_id}/results").text == ""
    assert u_b.post(f"/jobs/{job_id}/cancel").status_code == 409


def test_a_job_that_ran_too_long_is_a_cancelled_one_with_a_reason(service, u_b, gate):
    service.hold(gate)
    job_id = done(service, u_b, cost="0.05")
    state = u_b.get(f"/jobs/{job_id}").json()["state"]
    assert state == {"status": "Cancelled", "reason": "Ran too long"}
    assert "longer than 0.05 s" in u_b.get(f"/jobs/{job_id}/results").text


def test_the_result_of_a_failed_job_is_its_traceback_and_no_json(service, u_b):
    @service.script
    async def script(_):
        raise ValueError('["url"]')

    job_id = done(service, u_b)
    # A reason would be shown in place of the traceback.
    assert u_b.get(f"/jobs/{job_id}").json()["state"] == {"status": "Failed"}
    text = u_b.get(f"/jobs/{job_id}/results").text
    assert "Traceback (most recent call last)" in text
    assert 'ValueError: ["url"]' in text
    with pytest.raises(ValueError, match="Expecting value"):
        json.loads(text)


def test_a_job_of_a_session_is_one_of_it_until_it_is_closed(service, u_b):
    first = done(service, u_b, start_session="true", session_time=60)
    session = u_b.get(f"/sessions/{first}").json()
    assert (session["id"], session["accepting_jobs"]) == (first, True)
    assert session["max_ttl"] == 60
    second = done(service, u_b, session_id=f'"{first}"')
    assert u_b.get(f"/jobs/{second}").json()["session_id"] == first
    assert u_b.get(f"/jobs?session_id={first}").json()["count"] == 2
    # Later versions close by a PATCH, and by then all they send is bytes to them.
    change = b'{"accepting_jobs": false}'
    answer = u_b.patch(f"/sessions/{first}", content=change, headers=OCTETS)
    assert answer.status_code == 200
    assert u_b.get(f"/sessions/{first}").json()["state"] == "closed"
    body = f'{{"program_id": "hello", "params": {{}}, "session_id": "{first}"}}'
    assert u_b.post("/jobs", content=body).status_code in {400, 409}
    for _ in range(2):
        assert u_b.delete(f"/sessions/{first}/close").status_code == 204


def test_a_deleted_job_is_gone(service, u_b):
    job_id = done(service, u_b)
    assert u_b.delete(f"/jobs/{job_id}").status_code == 204
    assert u_b.get(f"/jobs/{job_id}").status_code == 404
    assert u_b.get(f"/jobs/{job_id}/logs").status_code == 404


def test_no_answer_makes_the_client_repeat_what_may_be_done(service, u_b, monkeypatch):
    def broken(_):
        raise RuntimeError("after the job was queued")

    monkeypatch.setattr(submissions, "job_document", broken)
    body = b'{"program_id": "hello", "params": {}}'
    answer = u_b.post("/jobs", content=body)
    assert answer.status_code == 507
    assert "may have been done" in answer.json()["error"]["message"]
    assert "after the job was queued" not in answer.text
    assert u_b.get("/jobs").json()["count"] == 1


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (b"", 400, "no JSON object"),
        (b'{"program_id": "nowhere", "params": {}}', 404, "nowhere"),
        (b'{"program_id": "hello", "backend": "nowhere"}', 404, "nowhere"),
        (b'{"program_id": "hello", "params": [1]}', 400, "params must be"),
        (b'{"program_id": "hello", "hub": [1]}', 400, "must be texts"),
        (b'{"program_id": "hello", "runtime": "a:b"}', 400, "can not be submitted"),
        (b'{"program_id": "hello", "log_level": "LOUD"}', 400, "can not be submitted"),
        (b'{"program_id": "hello", "session_id": "job_no"}', 404, "session"),
    ],
    ids=range(8),
)
def test_what_can_not_run_is_refused_in_words(u_b, body, status, words):
    answer = u_b.post("/jobs", content=body)
    assert answer.status_code == status, answer.text
    assert words in answer.json()["error"]["message"]
    assert answer.json()["error"]["code"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/jobs?limit=0", 400), ("GET", "/jobs?sort=up", 400)],
)
def test_what_can_not_be_read_is_refused_as_everywhere(u_b, method, path, status):
    answer = u_b.request(method, path)
    assert answer.status_code == status
    assert answer.json()["error"]["problems"]


def test_a_service_that_stops_takes_no_retired_jobs_either(service, u_b):
    service.context.scheduler._stopping.set()
    answer = u_b.post("/jobs", content=b'{"program_id": "hello", "params": {}}')
    assert answer.status_code == 503
    assert u_b.get("/jobs").status_code == 200
