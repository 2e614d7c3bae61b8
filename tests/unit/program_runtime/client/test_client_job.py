import threading
from datetime import UTC, datetime

import pytest

from program_runtime import codec, errors
from program_runtime.program import ResultDecoder


class Doubled(ResultDecoder):
    @classmethod
    def decode(cls, data):
        return super().decode(data) * 2


def later(action):
    timer = threading.Timer(0.05, action)
    timer.start()
    return timer


def test_result_waits_in_one_request(contract, job, running):
    later(lambda: running.finish('{"energy": -1.857}'))
    assert job.result() == {"energy": -1.857}
    assert contract.seen("GET") == ["GET /jobs/job_1/results?wait=25"]


def test_a_result_is_downloaded_once(contract, job, running):
    running.finish("[1]")
    first = job.result()
    contract.requests.clear()
    assert job.result() is first
    assert job.result(decoder=Doubled) == [1, 1]
    assert contract.requests == []


def test_a_result_is_decoded(job, running):
    running.finish(codec.encode({"value": 1 + 2j}))
    assert job.result() == {"value": 1 + 2j}


def test_a_result_that_is_no_json_stays_text(job, running):
    running.finish("not json")
    assert job.result() == "not json"


def test_result_ends_with_the_callers_timeout(job):
    with pytest.raises(errors.RuntimeJobTimeoutError) as caught:
        job.result(timeout=0.05)
    assert str(caught.value) == (
        "Job job_1 was not over after 0.05 s. "
        "It goes on; wait again, or end it with cancel()."
    )


def test_a_timeout_of_zero_takes_what_is_there(job, running):
    with pytest.raises(errors.RuntimeJobTimeoutError):
        job.result(timeout=0)
    running.finish("7")
    assert job.result(timeout=0) == 7


def test_a_failed_job_says_how_and_where(job, running):
    failure = {
        "code": "program_error",
        "message": "ZeroDivisionError: division by zero",
        "traceback": 'Traceback:\n  File "program.py", line 3, in main\n',
    }
    running.finish(status="Failed", failure=failure)
    with pytest.raises(errors.RuntimeJobFailureError) as caught:
        job.result()
    assert str(caught.value) == (
        "Job job_1 failed (program_error): ZeroDivisionError: division by zero\n"
        'Traceback:\n  File "program.py", line 3, in main\n'
        "`qrt run --from-job job_1` runs it at home."
    )
    assert caught.value.failure_code == "program_error"
    assert caught.value.traceback == failure["traceback"]
    assert job.error_message() == caught.value.message


def test_a_failure_without_details_still_has_words(job, running):
    running.finish(status="Failed")
    with pytest.raises(errors.RuntimeJobFailureError, match=r"Job job_1 failed \(un"):
        job.result()


def test_a_job_that_ran_too_long_has_its_own_error(job, running):
    failure = {"code": "wall_time", "message": "The limit is 300 s."}
    running.finish(status="Failed", failure=failure)
    with pytest.raises(errors.RuntimeJobMaxTimeoutError) as caught:
        job.result()
    assert str(caught.value) == (
        "Job job_1 ran longer than its maximum execution time: The limit is 300 s.\n"
        "`qrt run --from-job job_1` runs it at home."
    )


def test_a_cancelled_job_is_an_invalid_state_too(job, running):
    running.finish(status="Cancelled")
    with pytest.raises(errors.RuntimeInvalidStateError) as caught:
        job.result()
    assert isinstance(caught.value, errors.RuntimeJobCancelledError)
    assert str(caught.value) == (
        "Job job_1 was cancelled. A cancelled job has no result; see interim_results()."
    )


def test_result_outlives_a_service_that_is_away_for_a_moment(
    contract, job, running, no_retry
):
    for _ in range(3):
        contract.drop_next("GET /jobs/job_1/results")
    running.finish("7")
    assert job.result() == 7


def test_waiting_for_the_final_state_takes_one_request(contract, job, running):
    later(running.finish)
    job.wait_for_final_state()
    assert contract.seen("GET") == ["GET /jobs/job_1?exclude_params=true&wait=25"]
    assert job.in_final_state()
    assert len(contract.seen("GET")) == 1


def test_waiting_for_the_final_state_ends_with_the_timeout(job):
    with pytest.raises(errors.RuntimeJobTimeoutError, match=r"not over after 0\.05 s"):
        job.wait_for_final_state(timeout=0.05)


def test_waiting_outlives_a_service_that_is_away_for_a_moment(
    contract, job, running, no_retry
):
    for _ in range(3):
        contract.drop_next("GET /jobs/job_1")
    running.finish()
    job.wait_for_final_state(timeout=20)
    assert job.state() == "Completed"


@pytest.mark.parametrize(
    ("status", "name"),
    [
        ("Queued", "QUEUED"),
        ("Running", "RUNNING"),
        ("Completed", "DONE"),
        ("Failed", "ERROR"),
        ("Cancelled", "CANCELLED"),
    ],
)
def test_status_is_in_qiskits_words(job, running, status, name):
    from qiskit.providers import JobStatus

    running.status = status
    assert job.status() is JobStatus[name]
    assert job.state() == status


def test_there_is_no_error_message_while_there_may_be_a_result(job, running):
    assert job.error_message() is None
    running.finish(status="Cancelled")
    assert job.error_message() == "Job job_1 was cancelled."


def test_what_is_known_of_a_job_is_told_without_a_request(contract, job):
    created = datetime(2026, 11, 22, 7, tzinfo=UTC)
    assert job.job_id() == "job_1"
    assert (job.program_id, job.program_version) == ("vqe", "1.0.0")
    assert job.creation_date == created
    assert job.creation_date.tzinfo is not None
    assert (job.session_id, job.image, job.tags) == (None, None, [])
    assert job.backend().name == "aer_simulator"
    assert repr(job) == "<RuntimeJob('job_1', program='vqe')>"
    assert contract.requests == []


def test_inputs_are_decoded_and_asked_for_once(contract, job, running):
    running.inputs = codec.encode({"angle": 1j})
    assert job.inputs == {"angle": 1j}
    assert job.inputs == {"angle": 1j}
    assert len(contract.seen("/inputs")) == 1


def test_interim_results_are_a_list(job, running):
    running.publish(1, {"i": 2})
    assert job.interim_results() == [1, {"i": 2}]
    assert job.interim_results(decoder=Doubled) == [1, {"i": 2}, 1, {"i": 2}]


def test_logs_and_metrics_come_from_the_service(job):
    assert job.logs() == "line\n"
    assert job.metrics() == {"usage": {"wall_s": 1.5}}


def test_tags_can_be_replaced(job, running):
    assert job.update_tags(["a", "b"]) == ["a", "b"]
    assert running.tags == ["a", "b"]
    assert job.tags == ["a", "b"]


def test_a_job_is_cancelled_once(job, running):
    job.cancel()
    assert running.status == "Cancelled"
    with pytest.raises(errors.RuntimeInvalidStateError, match="is Cancelled already"):
        job.cancel()


def test_cancel_ends_the_callbacks(job, running):
    job.stream_results(lambda *_: None)
    job.cancel()
    job.wait_for_final_state(timeout=5)
    assert job.state() == "Cancelled"


def test_stop_asks_for_an_early_result(contract, job):
    job.stop()
    assert contract.seen("POST") == ["POST /jobs/job_1/stop"]


def test_events_tell_everything(job, running):
    running.append("log", "a line")
    running.finish()
    assert [event.type for event in job.events(after=1)] == ["log", "result", "status"]


def test_submit_is_not_how_a_job_begins(job):
    with pytest.raises(NotImplementedError, match=r"QiskitRuntimeService\.run"):
        job.submit()


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        ("program_error", "`qrt run --from-job job_1` runs it at home."),
        ("service_restarted", None),
    ],
)
def test_a_failed_job_names_the_command_that_runs_it_at_home(job, running, code, hint):
    failure = {"code": code, "message": "it broke", "traceback": None}
    running.finish(status="Failed", failure=failure)
    with pytest.raises(errors.RuntimeJobFailureError) as caught:
        job.result()
    assert caught.value.hint == hint
