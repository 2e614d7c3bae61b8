"""Jobs over HTTP: submitted, waited for, read, ended."""

import asyncio
import json
from importlib import metadata

import pytest

from program_runtime.execution.events import EventType
from program_runtime.service.versions import images


def failure_of(answer, status):
    assert answer.status_code == status, answer.text
    body = answer.json()
    assert body["trace"].startswith("req_")
    assert body["errors"] == [
        {"code": body["error"]["code"], "message": body["error"]["message"]}
    ]
    return body["error"]


def test_a_submitted_job_runs_and_its_result_is_the_programs_own_text(service):
    service.seed()
    job_id = service.u_b.submit(inputs='{"x":  1.50}')
    answer = service.u_b.get(f"/jobs/{job_id}/results?wait=10")
    assert (answer.status_code, answer.text) == (200, '{"x":  1.50}')
    assert answer.headers["x-job-status"] == "Completed"


def test_the_job_document_has_what_official_clients_look_for(service):
    info = service.seed()
    job_id = service.u_b.submit(tags=["a", "b"], shots=10, log_level="INFO")
    job = service.u_b.finished(job_id)
    assert job["id"] == job_id
    assert job["program"] == {
        "id": "hello",
        "version": "1.0.0",
        "digest": info.digest,
    }
    assert job["state"] == {"status": "Completed", "reason": None, "reason_code": None}
    assert job["failure"] is None
    assert job["tags"] == ["a", "b"]
    assert job["user"] == "u_b"
    assert job["isolation"] == "none"
    assert job["last_seq"] == 4
    assert job["created"].endswith("Z")
    assert job["options"].items() >= {"log_level": "INFO", "shots": 10}.items()
    assert (job["session_id"], job["runtime"]) == (None, None)
    assert job["estimated_running_time_seconds"] == 0.0  # no quantum processor works
    assert job["private"] is False


@pytest.mark.parametrize("tag", ["latest", metadata.version("qiskit-program-toolkit")])
def test_a_job_may_name_the_environment_that_there_is(service, tag):
    service.seed()
    image = f"qiskit-program-toolkit:{tag}"
    job_id = service.u_b.submit(image=image)
    assert service.u_b.finished(job_id)["runtime"] == image
    told = service.client.get("/api/v1/version").json()["image"]
    assert told == images()[0]


def test_the_executor_gets_the_release_unpacked_and_the_smallest_time_limit(service):
    service.seed()
    job_id = service.u_b.submit(max_execution_time=20, seed=7, shots=3)
    service.u_b.finished(job_id)
    [spec] = service.executor.specs
    assert spec.limits.wall_time_s == 20
    assert (spec.seed, spec.shots, spec.backend) == (7, 3, "aer_simulator")
    source = spec.program_dir / "program.py"
    assert "return inputs" in source.read_text()
    assert source.stat().st_mode & 0o777 == 0o444
    assert spec.program_dir.stat().st_mode & 0o777 == 0o555


def test_an_alias_of_a_backend_is_recorded_under_its_true_name(service):
    service.seed()
    job_id = service.u_b.submit(backend="ibmq_qasm_simulator")
    assert service.u_b.finished(job_id)["backend"] == "aer_simulator"


def test_params_of_official_clients_become_text_again(service):
    service.seed()
    body = {"program_id": "hello", "backend": "aer_simulator", "cost": 60}
    body["params"] = {"a": {"__type__": "complex", "__value__": [1.0, 0.1]}}
    job = service.u_b.post("/jobs", json=body).json()
    answer = service.u_b.get(f"/jobs/{job['id']}/inputs")
    assert answer.json() == body["params"]
    assert job["options"]["max_execution_time"] == 60


def test_a_release_is_named_by_version_or_label(service):
    service.seed(version="1.0.0")
    service.seed(version="2.0.0", source="def main(b, m): return 2\n")
    service.do(service.store.programs.set_label, "hello", "stable", "1.0.0")
    jobs = [
        service.u_b.get(f"/jobs/{service.u_b.submit(program)}").json()
        for program in ("hello", "hello@1.0.0", "hello:stable", "hello@latest")
    ]
    versions = [job["program"]["version"] for job in jobs]
    assert versions == ["2.0.0", "1.0.0", "1.0.0", "2.0.0"]


def test_an_unknown_program_is_404_with_the_nearest_name(service):
    service.seed("vqe")
    error = failure_of(service.u_b.post("/jobs", json={"program_id": "vqee"}), 404)
    assert error == {
        "code": "program_not_found",
        "message": "There is no program 'vqee'.",
        "hint": "Did you mean 'vqe'?",
    }


def test_a_hint_never_names_a_private_program_of_someone_else(service):
    service.seed("secret", visibility="private")
    error = failure_of(service.u_b.post("/jobs", json={"program_id": "secre"}), 404)
    assert "hint" not in error


def test_an_unknown_release_is_404_with_those_that_exist(service):
    service.seed()
    error = failure_of(
        service.u_b.post("/jobs", json={"program_id": "hello@9.9.9"}), 404
    )
    assert error["code"] == "release_not_found"
    assert error["message"] == "There is no release 'hello@9.9.9'."
    assert error["hint"] == "There are latest, 1.0.0."


def test_an_unknown_backend_is_404_with_the_nearest_name(service):
    service.seed()
    body = {"program_id": "hello", "backend": "aer_simulato"}
    error = failure_of(service.u_b.post("/jobs", json=body), 404)
    assert error["code"] == "backend_not_found"
    assert "Did you mean 'aer_simulator'?" in error["hint"]


def test_an_unknown_job_is_404(service):
    error = failure_of(service.u_b.get("/jobs/job_nothing"), 404)
    assert error["code"] == "job_not_found"
    assert error["message"] == "There is no job 'job_nothing'."


@pytest.mark.parametrize(
    ("body", "path", "message"),
    [
        ({}, "program_id", "Field required"),
        (
            {"program_id": "hello", "inputs": {"a": 1}},
            "inputs",
            "Input should be a valid string",
        ),
        (
            {"program_id": "hello", "inputs": "{}", "params": {}},
            "params",
            "inputs and params exclude each other",
        ),
        (
            {"program_id": "hello", "shots": 0},
            "shots",
            "Input should be greater than or equal to 1",
        ),
        (
            {"program_id": "hello", "runtime": "mine:latest"},
            "runtime",
            "'mine:latest' is not an environment of this service",
        ),
    ],
)
def test_what_can_not_be_submitted_says_where_and_why(service, body, path, message):
    service.seed()
    error = failure_of(service.u_b.post("/jobs", json=body), 400)
    assert error["code"] == "bad_request"
    assert [(each["path"], each["message"]) for each in error["problems"]] == [
        (path, message)
    ]


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b'"x"', b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_json_object_is_refused(service, body):
    error = failure_of(service.u_b.post("/jobs", content=body), 400)
    assert error["message"] == "The job can not be submitted."


def test_inputs_that_are_no_unicode_are_refused(service):
    service.seed()
    body = b'{"program_id": "hello", "inputs": "{\\"a\\": \\"\\ud800\\"}"}'
    error = failure_of(service.u_b.post("/jobs", content=body), 400)
    assert error["code"] == "bad_request"


def test_the_same_key_is_the_same_job_for_one_user_only(service):
    service.seed()
    body = {"program_id": "hello", "inputs": "{}"}
    key = {"Idempotency-Key": "k1"}
    first = service.u_b.post("/jobs", json=body, headers=key)
    second = service.u_b.post("/jobs", json=body, headers=key)
    other = service.other.post("/jobs", json=body, headers=key)
    codes = [answer.status_code for answer in (first, second, other)]
    assert codes == [201, 200, 201]
    assert first.json()["id"] == second.json()["id"] != other.json()["id"]


def test_large_inputs_live_in_the_blob_store(service):
    service.seed()
    text = json.dumps({"a": "x" * 100_000})
    job_id = service.u_b.submit(inputs=text)
    assert service.u_b.get(f"/jobs/{job_id}/results?wait=10").text == text
    assert service.u_b.get(f"/jobs/{job_id}/inputs").text == text
    stored = service.do(service.store.jobs.inputs, job_id)
    assert (stored.text, stored.digest[:7]) == (None, "sha256:")


def test_inputs_can_be_put_before_but_only_by_who_names_them(service):
    import hashlib

    service.seed()
    content = b'{"big": true}'
    digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
    codes = [
        service.u_b.put(f"/blobs/{digest}", content=content).status_code
        for _ in range(2)
    ]
    assert codes == [201, 200]
    body = {"program_id": "hello", "inputs_digest": digest}
    job = service.u_b.post("/jobs", json=body).json()
    assert service.u_b.get(f"/jobs/{job['id']}/results?wait=10").content == content
    error = failure_of(service.other.post("/jobs", json=body), 404)
    assert error["code"] == "blob_not_found"


def test_naming_the_digest_of_a_public_program_does_not_show_its_source(service):
    digest = service.seed().digest
    body = {"program_id": "hello", "inputs_digest": digest}
    error = failure_of(service.u_b.post("/jobs", json=body), 404)
    assert error["code"] == "blob_not_found"
    job_id = service.u_b.submit()
    error = failure_of(service.u_b.get(f"/jobs/{job_id}/blobs/{digest}"), 404)
    assert error["code"] == "blob_not_found"


def test_a_blob_with_another_digest_is_refused(service):
    answer = service.u_b.put(f"/blobs/sha256:{'0' * 64}", content=b"x")
    assert failure_of(answer, 400)["code"] == "bad_digest"


def test_inputs_over_the_limit_are_413(make_service):
    with make_service(inputs_bytes=200_000, inline_bytes=1000) as service:
        service.seed()
        body = {"program_id": "hello", "inputs": "x" * 200_001}
        error = failure_of(service.u_b.post("/jobs", json=body), 413)
        assert error["code"] == "too_large"
        body["inputs"] = "x" * 2_000_000
        error = failure_of(service.u_b.post("/jobs", json=body), 413)
        assert error["message"] == "The request is larger than 1,248,576 bytes."


def test_a_failed_job_says_what_failed_and_has_no_result(service):
    service.seed()

    @service.script
    async def script(run):
        await run.log("about to fail\n")
        raise ValueError("no convergence")

    job_id = service.u_b.submit()
    job = service.u_b.finished(job_id)
    assert job["state"]["status"] == "Failed"
    assert job["failure"]["message"] == "ValueError: no convergence"
    assert job["state"]["reason"].startswith("ValueError: no convergence\n\nTraceback")
    assert job["failure"]["code"] == "program_error"
    assert "no convergence" in job["failure"]["traceback"]
    answer = service.u_b.get(f"/jobs/{job_id}/results?wait=5")
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["x-job-status"] == "Failed"
    assert service.u_b.get(f"/jobs/{job_id}/logs").text == "about to fail\n"


def test_a_job_that_ran_too_long_has_the_official_reason_code(service):
    service.seed()

    @service.script
    async def script(run):
        await asyncio.sleep(60)

    job = service.u_b.finished(service.u_b.submit(max_execution_time=0.05))
    assert job["failure"]["code"] == "wall_time"
    assert job["state"]["reason_code"] == 1305


def test_results_of_an_unfinished_job_are_204_when_the_time_has_passed(service, gate):
    service.seed()

    @service.script
    async def script(run):
        await gate.wait()
        return "1"

    job_id = service.u_b.submit()
    assert gate.reached.wait(10)
    answer = service.u_b.get(f"/jobs/{job_id}/results?wait=0.05")
    assert (answer.status_code, answer.headers["x-job-status"]) == (204, "Running")
    gate.open()
    assert service.u_b.get(f"/jobs/{job_id}/results?wait=10").text == "1"


def test_interim_results_are_one_list_whatever_the_encoder_wrote(service):
    service.seed()

    @service.script
    async def script(run):
        await run.publish('{"a": 1}', "not json", "[" * 5000, "2")
        await run.publish('{"step": 1, "values": {"e": -1.5}}', kind=EventType.METRIC)

    job_id = service.u_b.submit()
    service.u_b.finished(job_id)
    answer = service.u_b.get(f"/jobs/{job_id}/interim_results")
    assert answer.json() == [{"a": 1}, "not json", "[" * 5000, 2]
    metrics = service.u_b.get(f"/jobs/{job_id}/metrics").json()
    [metric] = metrics["metrics"]
    assert (metric["step"], metric["values"]) == (1, {"e": -1.5})
    assert metrics["usage"]["status"] == "complete"
    assert set(metrics["timestamps"]) == {"created", "running", "finished"}


def test_a_job_without_interim_results_has_an_empty_list(service):
    service.seed()
    job_id = service.u_b.submit()
    service.u_b.finished(job_id)
    assert service.u_b.get(f"/jobs/{job_id}/interim_results").text == "[]"


def test_a_running_job_is_cancelled_and_keeps_what_it_published(service, gate):
    service.seed()
    service.hold(gate, "1")
    job_id = service.u_b.submit()
    assert gate.reached.wait(10)
    assert service.u_b.post(f"/jobs/{job_id}/cancel").status_code == 204
    assert service.u_b.finished(job_id)["state"]["status"] == "Cancelled"
    assert service.u_b.get(f"/jobs/{job_id}/interim_results").text == "[1]"
    error = failure_of(service.u_b.post(f"/jobs/{job_id}/cancel"), 409)
    assert error["code"] == "invalid_state"
    assert error["message"] == f"The job {job_id} is final already: Cancelled."


def test_a_queued_job_is_cancelled_without_ever_running(make_service, gate):
    with make_service(workers=1) as service:
        service.seed()
        service.hold(gate)
        first = service.u_b.submit()
        assert gate.reached.wait(10)
        second = service.u_b.submit()
        error = failure_of(service.u_b.post(f"/jobs/{second}/stop"), 409)
        assert error["code"] == "invalid_state"
        assert service.u_b.post(f"/jobs/{second}/cancel").status_code == 204
        job = service.u_b.finished(second)
        assert (job["state"]["status"], job["started"]) == ("Cancelled", None)
        gate.open()
        service.u_b.finished(first)
        assert [spec.job_id for spec in service.executor.specs] == [first]


def test_a_stopped_job_completes_with_its_result(service, gate):
    service.seed()

    @service.script
    async def script(run):
        await gate.wait()
        return json.dumps(run.stop_requested)

    job_id = service.u_b.submit()
    assert gate.reached.wait(10)
    assert service.u_b.post(f"/jobs/{job_id}/stop").status_code == 204
    gate.open()
    assert service.u_b.get(f"/jobs/{job_id}/results?wait=10").text == "true"
    assert failure_of(service.u_b.post(f"/jobs/{job_id}/stop"), 409)


def test_jobs_are_listed_newest_first_with_the_count_of_all(service):
    service.seed()
    service.seed("other")
    ids = [service.u_b.submit(tags=[str(n)]) for n in range(3)]
    service.u_b.submit("other")
    page = service.u_b.get("/jobs?limit=2&program=hello").json()
    assert [job["id"] for job in page["jobs"]] == [ids[2], ids[1]]
    assert (page["count"], page["limit"], page["offset"]) == (3, 2, 0)
    tagged = service.u_b.get("/jobs?tags=1").json()
    assert [job["id"] for job in tagged["jobs"]] == [ids[1]]
    oldest = service.u_b.get("/jobs?sort=ASC&limit=1").json()
    assert oldest["jobs"][0]["id"] == ids[0]
    created = oldest["jobs"][0]["created"]
    before = service.u_b.get("/jobs", params={"created_before": created}).json()
    assert before["count"] == 1


def test_an_admin_lists_everyones_jobs_and_can_ask_for_their_own(service):
    service.seed()
    job_id = service.u_b.submit()
    assert [job["id"] for job in service.root.get("/jobs").json()["jobs"]] == [job_id]
    assert service.root.get("/jobs?of=me").json()["count"] == 0
    assert service.other.get("/jobs").json()["count"] == 0


def test_tags_are_replaced_and_a_final_job_is_deleted(service):
    service.seed()
    job_id = service.u_b.submit(tags=["old"])
    service.u_b.finished(job_id)
    answer = service.u_b.put(f"/jobs/{job_id}/tags", json={"tags": ["new"]})
    assert answer.status_code == 204
    assert service.u_b.get(f"/jobs/{job_id}").json()["tags"] == ["new"]
    assert service.u_b.delete(f"/jobs/{job_id}").status_code == 204
    assert failure_of(service.u_b.get(f"/jobs/{job_id}"), 404)


def test_a_running_job_is_not_deleted(service, gate):
    service.seed()
    service.hold(gate)
    job_id = service.u_b.submit()
    assert gate.reached.wait(10)
    error = failure_of(service.u_b.delete(f"/jobs/{job_id}"), 409)
    assert (error["code"], error["hint"]) == ("invalid_state", "Cancel it first.")
    gate.open()


def test_a_session_has_the_id_of_the_job_that_opened_it(service):
    service.seed()
    first = service.u_b.submit(start_session=True)
    second = service.u_b.submit(session_id=first)
    sessions = [
        service.u_b.get(f"/jobs/{job_id}").json()["session_id"]
        for job_id in (first, second)
    ]
    assert sessions == [first, first]


PARTS = ("", "/results", "/interim_results", "/logs", "/metrics", "/inputs", "/events")


@pytest.mark.parametrize("part", PARTS)
def test_other_peoples_jobs_are_404(service, part):
    service.seed()
    job_id = service.u_b.submit()
    error = failure_of(service.other.get(f"/jobs/{job_id}{part}"), 404)
    assert error["message"] == f"There is no job '{job_id}'."
    assert service.root.get(f"/jobs/{job_id}{part}").status_code in {200, 204}


def test_other_people_do_not_end_delete_or_tag_a_job(service):
    service.seed()
    job_id = service.u_b.submit()
    answers = [
        service.other.post(f"/jobs/{job_id}/cancel"),
        service.other.post(f"/jobs/{job_id}/stop"),
        service.other.delete(f"/jobs/{job_id}"),
        service.other.put(f"/jobs/{job_id}/tags", json={"tags": []}),
    ]
    assert [answer.status_code for answer in answers] == [404] * 4


def test_who_asks_is_told_where_in_the_queue_a_job_waits(make_service, gate):
    with make_service(workers=1) as service:
        service.seed()
        service.hold(gate)
        first = service.u_b.submit()
        assert gate.reached.wait(10)
        mine, theirs = service.u_b.submit(), service.other.submit()

        def asked(account, job_id, query="queue_position=true"):
            return account.get(f"/jobs/{job_id}?{query}").json()

        assert asked(service.other, theirs)["queue_position"] == 1
        place = asked(service.u_b, mine, "queue_position=true&exclude_params=true")
        assert place["queue_position"] == 2
        assert "queue_position" not in asked(service.u_b, mine, "")
        running = asked(service.u_b, first)
        assert running["state"]["status"] == "Running"
        assert "queue_position" not in running
        assert asked(service.u_b, mine)["params"] == {}
        gate.open()
