import json
from datetime import UTC, datetime

import pytest
from contract_service import PARAMETERS

from program_runtime import errors
from program_runtime.client import submission
from program_runtime.client.options import RuntimeOptions
from program_runtime.client.schema_cache import SchemaCache
from program_runtime.program import ResultDecoder


def last_job(contract):
    return list(contract.jobs.values())[-1]


def test_a_program_is_run_with_its_inputs(contract, service):
    job = service.run("vqe", {"iterations": 3})
    assert job.job_id() == "job_1"
    assert json.loads(last_job(contract).inputs) == {"iterations": 3}
    assert last_job(contract).body["program_id"] == "vqe"


def test_a_run_and_its_result_take_two_requests_once_the_program_is_known(
    contract, service
):
    contract.on_submit = lambda job: job.finish("1")
    service.run("vqe", {"iterations": 3}).result()
    contract.requests.clear()
    assert service.run("vqe", {"iterations": 3}).result() == 1
    assert contract.requests == ["POST /jobs", "GET /jobs/job_2/results?wait=25"]


def test_all_problems_of_inputs_are_told_before_a_job_exists(contract, service):
    with pytest.raises(errors.BadInputsError) as caught:
        service.run("vqe", {"iteration": 3, "iterations": "many"})
    text = str(caught.value)
    assert text.startswith("The inputs do not fit the program 'vqe'.\n")
    assert {problem.path for problem in caught.value.problems} == {
        "iteration",
        "iterations",
    }
    assert "did you mean 'iterations'" in text
    assert contract.jobs == {}


def test_missing_inputs_are_told_before_a_job_exists(contract, service):
    with pytest.raises(errors.BadInputsError, match="iterations"):
        service.run("vqe")
    assert contract.jobs == {}


def test_a_filled_namespace_is_taken_as_inputs(contract, service):
    inputs = service.program("vqe").parameters()
    inputs.iterations = 7
    service.run("vqe", inputs)
    assert json.loads(last_job(contract).inputs) == {"iterations": 7}


def test_an_input_that_can_not_be_sent_is_named(contract, service):
    contract.add_program("free", parameters={})
    with pytest.raises(errors.UnserializableError, match=r"inputs\[.*x"):
        service.run("free", {"x": object()})
    assert contract.jobs == {}


def test_large_inputs_are_stored_first(contract, service):
    contract.add_program("free", parameters={})
    service.run("free", {"text": "x" * 70_000})
    assert json.loads(last_job(contract).inputs) == {"text": "x" * 70_000}
    assert "inputs" not in last_job(contract).body
    assert last_job(contract).body["inputs_digest"] in contract.blobs


def test_options_go_with_the_job(contract, service):
    options = RuntimeOptions(
        backend="aer_simulator",
        log_level="debug",
        job_tags=["a"],
        max_execution_time=60,
        session_time="1h",
        shots=100,
        seed=7,
    )
    job = service.run("vqe", {"iterations": 1}, options, start_session=True)
    body = last_job(contract).body
    body.pop("inputs")
    assert body == {
        "program_id": "vqe",
        "backend": "aer_simulator",
        "log_level": "DEBUG",
        "tags": ["a"],
        "max_execution_time": 60,
        "session_time": 3600,
        "shots": 100,
        "seed": 7,
        "start_session": True,
    }
    assert job.tags == ["a"]


def test_a_job_can_join_a_session(contract, service):
    service.run("vqe", {"iterations": 1}, session_id="job_0")
    assert last_job(contract).body["session_id"] == "job_0"
    assert "start_session" not in last_job(contract).body


def test_a_session_time_needs_a_session(contract, service):
    with pytest.raises(errors.InvalidValueError) as caught:
        service.run("vqe", {"iterations": 1}, {"session_time": 60})
    assert str(caught.value) == (
        "session_time is for the run that begins a session. "
        "Set start_session=True, or leave session_time out."
    )
    assert contract.requests == []


def test_a_callback_of_run_gets_every_result(contract, service):
    def finish(job):
        job.publish(1, 2)
        job.finish("3")

    contract.on_submit = finish
    calls = []
    job = service.run(
        "vqe",
        {"iterations": 1},
        callback=lambda job_id, result: calls.append((job_id, result)),
    )
    assert job.result(timeout=5) == 3
    assert calls == [("job_1", 1), ("job_1", 2), ("job_1", 3)]


def test_a_decoder_of_run_decodes_the_result(contract, service):
    class Upper(ResultDecoder):
        @classmethod
        def decode(cls, data):
            return super().decode(data).upper()

    contract.on_submit = lambda job: job.finish('"abc"')
    job = service.run("vqe", {"iterations": 1}, result_decoder=Upper)
    assert job.result() == "ABC"


def test_a_run_whose_answer_was_lost_is_one_job(contract, service):
    contract.drop_next("POST /jobs", after_acting=True)
    service.run("vqe", {"iterations": 1})
    assert len(contract.seen("POST /jobs")) == 2
    assert list(contract.jobs) == ["job_1"]


def test_an_unknown_program_is_named_with_the_closest(service):
    with pytest.raises(errors.RuntimeProgramNotFound) as caught:
        service.run("vqee")
    assert str(caught.value) == "There is no program 'vqee'. Did you mean 'vqe'?"


def test_the_services_own_hint_is_kept(contract, service):
    error = {"code": "program_not_found", "message": "No.", "hint": "Look there."}
    contract.fail_next("GET", 404, body=json.dumps({"error": error}).encode())
    with pytest.raises(errors.RuntimeProgramNotFound) as caught:
        service.run("vqee")
    assert str(caught.value) == "No. Look there."


def test_the_parameters_of_a_program_can_be_asked_for(api):
    assert submission.parameters_of(api, "vqe") == PARAMETERS
    assert submission.parameters_of(api, "vqe@1.0.0") == PARAMETERS


def test_an_unknown_program_without_a_close_one_is_named(service):
    with pytest.raises(errors.RuntimeProgramNotFound) as caught:
        service.run("zzzz")
    assert str(caught.value) == "There is no program 'zzzz'."


@pytest.mark.parametrize("reference", ["vqe@1.0.0", "vqe:stable"])
def test_a_release_is_run_by_version_or_label(contract, service, reference):
    service.run(reference, {"iterations": 1})
    assert last_job(contract).body["program_id"] == reference
    with pytest.raises(errors.BadInputsError):
        service.run(reference, {"iterations": 0})


def test_inputs_are_judged_by_the_newest_release_before_they_are_refused(
    contract, service
):
    service.run("vqe", {"iterations": 1})
    wider = {**PARAMETERS, "properties": {"iterations": {"type": "integer"}}}
    contract.add_program("vqe", version="1.1.0", parameters=wider)
    service.run("vqe", {"iterations": 0})
    assert len(contract.jobs) == 2


def test_a_new_release_is_noticed_by_the_job_it_ran(contract, service):
    service.run("vqe", {"iterations": 1})
    contract.add_program("vqe", version="1.1.0")
    service.run("vqe", {"iterations": 1})
    contract.requests.clear()
    service.run("vqe", {"iterations": 1})
    assert contract.requests == ["GET /programs/vqe", "POST /jobs"]


def test_what_a_name_means_is_asked_again_after_a_minute(contract, api):
    now = [0.0]
    cache = SchemaCache(api, clock=lambda: now[0])
    for now[0] in (0.0, 59.0, 61.0):
        cache.check("vqe", {"iterations": 1})
        cache.check("vqe@1.0.0", {"iterations": 1})
    assert contract.requests == [
        "GET /programs/vqe",
        "GET /programs/vqe/releases/1.0.0",
        "GET /programs/vqe",
    ]


def test_a_version_is_not_asked_for_again_before_inputs_are_refused(contract, api):
    cache = SchemaCache(api)
    cache.check("vqe@1.0.0", {"iterations": 1})
    with pytest.raises(errors.BadInputsError):
        cache.check("vqe@1.0.0", {})
    assert len(contract.requests) == 1


def test_a_job_is_found_again_by_its_id(contract, service):
    contract.add_job("job_x").finish("5")
    assert service.job("job_x").result() == 5
    with pytest.raises(errors.RuntimeJobNotFound, match="There is no job 'job_y'"):
        service.job("job_y")


def test_jobs_are_found_by_every_filter(contract, service):
    contract.add_job()
    service.jobs(
        5,
        1,
        "aer_simulator",
        True,
        "vqe",
        job_tags=["a", "b"],
        session_id="job_0",
        created_after=datetime(2026, 1, 2, tzinfo=UTC),
        created_before=datetime(2026, 3, 4, tzinfo=UTC),
        descending=False,
    )
    assert contract.requests == [
        (
            "GET /jobs?limit=5&offset=1&program=vqe&backend=aer_simulator&pending=true"
            "&tags=a&tags=b&session_id=job_0"
            "&created_after=2026-01-02T00%3A00%3A00%2B00%3A00"
            "&created_before=2026-03-04T00%3A00%3A00%2B00%3A00&sort=ASC"
        )
    ]


def test_a_date_without_zone_is_local_time(contract, service):
    moment = datetime(2026, 1, 2)  # noqa: DTZ001 - the point of the test
    service.jobs(created_after=moment)
    sent = moment.astimezone(UTC).strftime("%Y-%m-%dT%H%%3A%M%%3A%S%%2B00%%3A00")
    assert f"created_after={sent}" in contract.requests[0]


def test_jobs_come_page_by_page(contract, service):
    for number in range(120):
        contract.add_job(f"job_{number}")
    assert [job.job_id() for job in service.jobs(limit=60, skip=5)] == [
        f"job_{number}" for number in range(5, 65)
    ]
    assert len(service.jobs(limit=None)) == 120
    assert len(service.jobs()) == 10
    assert service.jobs(limit=0) == []


def test_one_tag_is_no_list(service):
    with pytest.raises(errors.InvalidValueError) as caught:
        service.jobs(job_tags="a")
    assert str(caught.value) == (
        "job_tags is a list of tags, not 'a'. Write job_tags=['a']."
    )


def test_a_job_is_deleted(contract, service):
    contract.add_job()
    service.delete_job("job_1")
    with pytest.raises(errors.RuntimeJobNotFound):
        service.delete_job("job_1")


def test_the_service_says_where_it_is_and_not_who(contract, service):
    assert repr(service) == f"<QiskitRuntimeService('server', '{contract.url}')>"
