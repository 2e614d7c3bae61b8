"""What jobs used, as the service tells it."""

from datetime import UTC, datetime, timedelta

import pytest
from contract.store_samples import a_job, ending

from program_runtime.execution.outcome import JobStatus, Outcome, Usage


def used(service, user, **fields):
    """Have a job that used something behind the service's back."""
    jobs = service.store.jobs
    job, _, taken = service.do(jobs.submit_and_claim, a_job(user, program_id="hello"))
    assert taken.id == job.id
    outcome = Outcome(status=JobStatus.COMPLETED, usage=Usage(**fields))
    assert service.do(jobs.finish, job.id, ending(3), outcome)


@pytest.fixture
def busy(service):
    """A service where two users had jobs run."""
    service.seed()
    used(service, "u_b", wall_s=3.0, cpu_s=2.0, qpu_s=1.5, circuits=2, shots=2000)
    used(service, "u_b", wall_s=1.0)
    used(service, "other", wall_s=9.0, qpu_s=4.0)
    return service


def test_a_user_is_told_what_the_own_jobs_used(busy):
    answer = busy.u_b.get("/instances/usage").json()
    assert answer["usage_consumed_seconds"] == 1.5
    assert answer["used"] == {
        "jobs": 2,
        "wall_s": 4.0,
        "cpu_s": 2.0,
        "qpu_s": 1.5,
        "circuits": 2,
        "shots": 2000,
    }
    assert busy.maker.get("/instances/usage").json()["used"]["jobs"] == 0


def test_an_admin_is_told_what_all_jobs_used(busy):
    answer = busy.root.get("/instances/usage").json()
    assert (answer["used"]["jobs"], answer["usage_consumed_seconds"]) == (3, 5.5)


@pytest.mark.parametrize("prefix", ["", "/experimental"])
def test_usage_names_its_period_and_has_no_limit(busy, prefix):
    path = f"{prefix}/api/v1/instances/usage"
    answer = busy.client.get(path, headers=busy.u_b.headers).json()
    assert answer["usage_limit_reached"] is False
    assert answer["usage_limit_seconds"] is None
    assert answer["used"]["jobs"] == 2
    start, end = (
        datetime.fromisoformat(answer["usage_period"][name])
        for name in ("start_time", "end_time")
    )
    assert end - start == timedelta(days=28)
    assert timedelta(0) <= datetime.now(UTC) - end < timedelta(minutes=1)
