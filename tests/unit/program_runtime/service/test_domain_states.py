"""The table of a job's life, and what it refuses."""

import itertools

import pytest

from program_runtime.execution.outcome import JobStatus
from program_runtime.service.domain import ALLOWED, FINAL, PENDING, ConflictError
from program_runtime.service.domain.states import (
    check_delete,
    check_finish,
    check_move,
    check_running,
)

QUEUED, RUNNING, COMPLETED, FAILED, CANCELLED = JobStatus
MOVES = {
    *((QUEUED, RUNNING), (QUEUED, CANCELLED), (RUNNING, QUEUED)),
    *((RUNNING, COMPLETED), (RUNNING, FAILED), (RUNNING, CANCELLED)),
}


def test_every_status_is_in_the_table():
    assert set(ALLOWED) == set(JobStatus)
    assert {COMPLETED, FAILED, CANCELLED} == FINAL
    assert {QUEUED, RUNNING} == PENDING


@pytest.mark.parametrize(("old", "new"), list(itertools.product(JobStatus, repeat=2)))
def test_only_the_moves_of_the_table_are_made(old, new):
    if (old, new) in MOVES:
        assert check_move(old, new) is None
        return
    with pytest.raises(ConflictError, match=f"{old} can not become {new}") as caught:
        check_move(old, new)
    assert caught.value.reason == "invalid_state"


def test_a_refused_move_says_what_was_expected():
    with pytest.raises(ConflictError) as caught:
        check_move(QUEUED, COMPLETED)
    assert str(caught.value) == (
        "a job that is Queued can not become Completed: "
        "expected Cancelled or Running, got Completed"
    )
    with pytest.raises(ConflictError, match="expected no further status, got Queued"):
        check_move(FAILED, QUEUED)


@pytest.mark.parametrize("status", [QUEUED, *FINAL])
def test_only_a_running_job_says_something(status):
    assert check_running(RUNNING) is None
    with pytest.raises(ConflictError, match=f"expected Running, got {status}"):
        check_running(status)


def test_a_final_job_needs_no_finishing():
    assert check_finish(RUNNING, COMPLETED)
    assert not check_finish(CANCELLED, COMPLETED)
    with pytest.raises(ConflictError, match="expected Running, got Queued"):
        check_finish(QUEUED, COMPLETED)
    with pytest.raises(ConflictError, match="a job can not end as Queued"):
        check_finish(RUNNING, QUEUED)


@pytest.mark.parametrize("status", [QUEUED, RUNNING])
def test_only_a_final_job_is_deleted(status):
    assert check_delete(COMPLETED) is None
    with pytest.raises(ConflictError, match=f"got {status}") as caught:
        check_delete(status)
    assert caught.value.hint == "Cancel it first."
