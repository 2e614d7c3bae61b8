"""A gateway's jobs in our words, read with as few questions as it takes."""

import json

import pytest

from program_runtime.errors import RuntimeInvalidStateError
from toolkit.publish.targets.qiskit_serverless.jobs import GatewayJobs


class ScriptedGateway:
    """Answers with one status after the other; the last one stays."""

    def __init__(self, *statuses, log=""):
        self.statuses, self.log, self.stopped = list(statuses), log, []

    def job(self, job_id):
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        return {"id": job_id, "status": status, "program": {"title": "vqe"}}

    def logs(self, job_id):
        return self.log

    def result(self, job_id):
        return "42"

    def stop(self, job_id):
        self.stopped.append(job_id)


@pytest.fixture
def waits():
    return []


@pytest.fixture
def jobs(waits):
    def make(gateway):
        return GatewayJobs(gateway, sleep=waits.append, now=lambda: sum(waits))

    return make


def event(seq, kind, data):
    body = {"seq": seq, "time": 1.0, "type": kind, "data": json.dumps(data)}
    return f"qrt-event {json.dumps(body)}\n"


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("QUEUED", "Queued"),
        ("PENDING", "Queued"),
        ("INITIALIZING", "Queued"),
        ("RUNNING", "Running"),
        ("OPTIMIZING_FOR_HARDWARE", "Running"),
        ("CANCELING", "Running"),
        ("STOPPED", "Cancelled"),
        ("CANCELED", "Cancelled"),
        ("SUCCEEDED", "Completed"),
        ("DONE", "Completed"),
        ("FAILED", "Failed"),
        ("ERROR", "Failed"),
    ],
)
def test_every_status_has_a_word_of_ours(jobs, theirs, ours):
    assert jobs(ScriptedGateway(theirs)).job("j")["state"] == {"status": ours}


def test_waiting_asks_more_seldom_and_ends_with_the_job(jobs, waits):
    gateway = ScriptedGateway(*["RUNNING"] * 5, "SUCCEEDED")
    found = jobs(gateway).job("j", wait_s=30)
    assert found["state"]["status"] == "Completed"
    assert waits == [0.25, 0.5, 1.0, 2.0, 2.0]


def test_waiting_has_an_end(jobs, waits):
    assert jobs(ScriptedGateway("QUEUED")).job("j", wait_s=1)["state"] == {
        "status": "Queued"
    }
    assert sum(waits) == 1


def test_a_failure_is_told_in_the_programs_own_words(jobs):
    failure = {"code": "program_error", "message": "boom", "traceback": "t"}
    log = event(1, "error", failure) + event(2, "status", {"status": "Failed"})
    assert jobs(ScriptedGateway("FAILED", log=log)).job("j")["failure"] == failure


@pytest.mark.parametrize(
    ("log", "message", "before"),
    [
        ("", "The gateway says neither why nor how.", None),
        ("a\nSyntaxError: invalid syntax\n", "SyntaxError: invalid syntax", "a"),
    ],
)
def test_a_job_that_could_not_say_why_is_told_by_the_end_of_its_log(
    jobs, log, message, before
):
    failure = jobs(ScriptedGateway("FAILED", log=log)).job("j")["failure"]
    assert failure == {"code": "gateway", "message": message, "traceback": before}


def test_a_stream_ends_when_the_gateway_sees_the_end_that_the_program_wrote(
    jobs, waits
):
    log = event(1, "interim", 1) + event(2, "status", {"status": "Completed"})
    gateway = ScriptedGateway("RUNNING", "RUNNING", "SUCCEEDED", log=log)
    stream = jobs(gateway).stream("j")
    assert [event.seq for event in stream] == [1, 2]
    assert stream.last_seq == 2
    assert gateway.statuses == ["SUCCEEDED"]


def test_a_stream_of_a_job_without_an_end_in_its_log_waits_a_little_for_it(jobs, waits):
    gateway = ScriptedGateway("FAILED", log=event(1, "interim", 1) + "Killed")
    assert [e.type for e in jobs(gateway).stream("j")] == ["interim", "log"]
    assert 5 <= sum(waits) < 6


def test_a_stream_of_a_cancelled_job_ends_at_once(jobs, waits):
    assert list(jobs(ScriptedGateway("STOPPED")).stream("j")) == []
    assert waits == []


def test_a_final_job_is_not_cancelled(jobs):
    gateway = ScriptedGateway("SUCCEEDED")
    with pytest.raises(RuntimeInvalidStateError, match="j is Completed"):
        jobs(gateway).cancel("j")
    gateway.statuses = ["QUEUED"]
    jobs(gateway).cancel("j")
    assert gateway.stopped == ["j"]
