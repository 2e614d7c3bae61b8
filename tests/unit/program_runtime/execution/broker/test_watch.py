"""One request at one device: what is submitted, looked for, waited for, given up."""

import io
import json
import threading
import time
import zlib
from types import SimpleNamespace

import pytest
from qiskit import QuantumCircuit, qpy

from program_runtime.backends.device import (
    DeviceStage,
    DeviceState,
    LostJobError,
    MaybeSubmittedError,
    NotFindableError,
)
from program_runtime.execution.broker import submission, watch
from program_runtime.execution.broker.journal import Entry, Journal
from program_runtime.execution.broker.watch import Watch

ENTRY = Entry(key="job_a/1", digest="d", backend="lab_device", time=time.time())


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch):
    monkeypatch.setattr(submission, "_LONGEST_PAUSE_S", 0.0)
    monkeypatch.setattr(watch, "_LONGEST_RETRY_S", 0.0)
    monkeypatch.setattr(watch, "_LONGEST_LOOK_S", 0.01)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "journal.jsonl"


def body():
    circuit = QuantumCircuit(2, name="bell")
    circuit.measure_all()
    stream = io.BytesIO()
    qpy.dump(circuit, stream)
    return zlib.compress(stream.getvalue())


def asked(device, path, *, options=None, entry=ENTRY, circuits=None, heard=None):
    journal = Journal(path)
    tell = (lambda _: None) if heard is None else heard.append
    try:
        return Watch(device, journal, tell).run(
            entry, options or {"shots": 10}, circuits or body()
        )
    finally:
        journal.close()


def keep(device, answer):
    """Let the device remember a job, as platforms do."""
    job = device._inner._jobs[answer.device_job] = SimpleNamespace(
        status=lambda: "DONE", result=lambda: SimpleNamespace(results=[])
    )
    counts = json.loads(answer.body)["circuits"][0]["counts"]
    found = SimpleNamespace(shots=10, data=SimpleNamespace(counts=counts))
    job.result = lambda: SimpleNamespace(results=[found])


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_the_journal_is_written_before_and_after(device, path):
    seen = []
    submit = device.submit

    def looking(*arguments, **more):
        seen.extend(lines(path))
        return submit(*arguments, **more)

    device.submit = looking
    answer = asked(device, path)

    assert answer.state == "done"
    assert [(line["key"], line["device_job"]) for line in seen] == [("job_a/1", None)]
    assert lines(path)[-1]["device_job"] == device.submitted[0][1]


def test_a_lost_answer_is_looked_for_by_its_tag(device, path):
    device.lost_answers = 1

    answer = asked(device, path)

    assert (answer.state, len(device.submitted)) == ("done", 1)


def test_what_certainly_never_came_is_submitted(device, path):
    device.refusals = [MaybeSubmittedError("reset"), ConnectionResetError("reset")]

    answer = asked(device, path)

    assert (answer.state, len(device.submitted)) == ("done", 1)


def test_what_nobody_can_look_for_is_not_submitted_again(device, path, monkeypatch):
    def find(tag):
        raise NotFindableError

    device.lost_answers = 1
    monkeypatch.setattr(device, "find", find)

    first, second = asked(device, path), asked(device, path)

    assert first == second
    assert first.message == (
        "It is not known whether lab_device has the circuits: the connection or the "
        "broker broke while they were submitted. They are not submitted a second time."
    )
    assert len(device.submitted) == 1


def test_a_line_that_stays_broken_is_given_up(device, path):
    device.refusals = [ConnectionResetError("reset")] * 5

    answer = asked(device, path)

    assert answer.message.startswith("It is not known whether")
    assert device.refusals == []


def test_what_was_refused_can_be_asked_for_again(device, path):
    device.refusals = [ValueError("calibration")]

    first, second = asked(device, path), asked(device, path)

    assert (first.state, second.state) == ("failed", "done")
    assert len(device.submitted) == 1


def test_a_device_that_does_not_answer_for_too_long_has_lost_the_job(
    device, path, monkeypatch
):
    monkeypatch.setattr(watch, "_LOOKS_IN_VAIN", 3)
    device.states = [ConnectionError("no route")] * 4

    answer = asked(device, path)

    job = device.submitted[0][1]
    assert (answer.state, answer.circuits) == ("failed", 1)
    assert answer.message == (
        f"The job {job} on lab_device is lost: ConnectionError: no route"
    )


def test_a_job_that_the_provider_can_not_ask_for_is_lost(device, path):
    device.states = [LostJobError("no such job")]

    answer = asked(device, path)

    assert answer.message.endswith("on lab_device is lost: no such job")


def test_a_result_that_was_had_and_is_kept_no_more_is_asked_for_anew(device, path):
    first, second = asked(device, path), asked(device, path)

    assert (first.state, second.state) == ("done", "done")
    assert len(device.submitted) == 2


def test_a_result_that_was_had_and_is_kept_is_had_again(device, path):
    first = asked(device, path)
    keep(device, first)

    second = asked(device, path)

    assert second.body == first.body
    assert len(device.submitted) == 1


def test_progress_is_told_once(device, path):
    queued = DeviceState(stage=DeviceStage.QUEUED, position=2)
    running = DeviceState(stage=DeviceStage.RUNNING)
    device.states = [queued, queued, queued, running, running]
    heard = []

    asked(device, path, heard=heard)

    told = [(progress.state, progress.position) for progress in heard]
    assert told == [("queued", None), ("queued", 2), ("running", None)]
    assert {(p.circuits, p.shots) for p in heard} == {(1, 10)}


def test_a_request_that_is_cancelled_before_it_is_read_is_never_submitted(device, path):
    request = Watch(device, Journal(path), lambda _: None)
    request.cancel()

    answer = request.run(ENTRY, {"shots": 1}, body())

    assert answer.state == "cancelled"
    assert device.submitted == []


def test_a_request_is_cancelled_while_it_is_watched(device, path):
    device.hold.clear()
    heard = threading.Event()
    request = Watch(device, Journal(path), lambda _: heard.set())
    answers = []
    thread = threading.Thread(
        target=lambda: answers.append(request.run(ENTRY, {"shots": 1}, body()))
    )
    thread.start()
    assert heard.wait(30)

    request.cancel()
    thread.join(30)

    assert answers[0].state == "cancelled"
    assert device.cancelled == [device.submitted[0][1]]


def test_a_line_that_a_crash_has_cut_off_is_no_line(device, path):
    asked(device, path)
    with path.open("a") as file:
        file.write('{"key": "job_b/1", "dig')

    journal = Journal(path)

    assert journal.get("job_a/1", "d").device_job == device.submitted[0][1]
    assert journal.get("job_b/1", "d") is None
    assert len(lines(path)) == 1


def test_old_lines_are_forgotten(path):
    journal = Journal(path)
    for key, age_s in (("old", 31 * 86_400), ("new", 86_400)):
        entry = Entry(key=key, digest="d", backend="b", time=time.time() - age_s)
        journal.intend(entry)
    journal.close()

    assert Journal(path).get("old", "d") is None
    assert Journal(path).get("new", "d") is not None
