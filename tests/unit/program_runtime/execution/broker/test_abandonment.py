"""What becomes of jobs of devices that nobody will read."""

import time

import pytest

from program_runtime.backends.device import NotFindableError
from program_runtime.execution.broker.abandonment import abandon
from program_runtime.execution.broker.fleet import Fleet
from program_runtime.execution.broker.journal import Entry, Journal


@pytest.fixture
def journal(tmp_path):
    journal = Journal(tmp_path / "journal.jsonl")
    yield journal
    journal.close()


@pytest.fixture
def give_up(device, journal):
    """Abandon a job."""
    fleet = Fleet({"lab": lambda: {"lab_device": device}})

    def abandoned(job_id="job_a", watched=()):
        abandon(job_id, fleet=fleet, journal=journal, watched=watched)
        return [entry.key for entry in journal.unfinished()]

    return abandoned


def noted(journal, key, device_job=None, *, backend="lab_device"):
    """Have the journal know a request."""
    entry = Entry(key=key, digest="d", backend=backend, time=time.time())
    journal.intend(entry)
    return entry if device_job is None else journal.submitted(entry, device_job)


def test_all_that_was_asked_for_is_cancelled_and_nobody_else_s(
    device, journal, give_up
):
    for key in ("job_a/1", "job_a/2", "job_ab/1", "job_b/1"):
        noted(journal, key, f"at the device: {key}")

    assert give_up() == ["job_ab/1", "job_b/1"]
    assert device.cancelled == ["at the device: job_a/1", "at the device: job_a/2"]


def test_what_has_had_its_result_is_left_alone(device, journal, give_up):
    journal.finished(noted(journal, "job_a/1", "d1"))

    assert give_up() == []
    assert device.cancelled == []


def test_what_somebody_waits_for_is_left_alone(device, journal, give_up):
    noted(journal, "job_a/1", "d1")

    assert give_up(watched={"job_a/1"}) == ["job_a/1"]
    assert device.cancelled == []


def test_what_may_have_been_submitted_is_looked_for(device, journal, give_up):
    noted(journal, "job_a/1")
    noted(journal, "job_a/2")
    device.submitted = [("job_a/2", "d2")]

    assert give_up() == []
    assert device.cancelled == ["d2"]


def test_what_nobody_can_look_for_is_forgotten(device, journal, give_up, monkeypatch):
    def find(tag):
        raise NotFindableError(tag)

    monkeypatch.setattr(device, "find", find)
    noted(journal, "job_a/1")

    assert give_up() == []
    assert device.cancelled == []


def test_what_can_not_be_cancelled_now_is_told_and_tried_again(
    device, journal, give_up, monkeypatch, caplog
):
    def unreachable(job_id):
        raise ConnectionError("no route to the lab")

    noted(journal, "job_a/1", "d1", backend="gone_device")
    noted(journal, "job_a/2", "d2")
    noted(journal, "job_a/3", "d3")
    with monkeypatch.context() as patch:
        patch.setattr(device, "cancel", unreachable)
        assert give_up() == ["job_a/1", "job_a/2", "job_a/3"]

    assert "lab_device may still work for job_a/2: no route to the lab" in caplog.text
    assert "gone_device may still work for job_a/1" in caplog.text
    assert give_up() == ["job_a/1"]
    assert device.cancelled == ["d2", "d3"]
