"""Devices are told that nobody reads what they do for jobs that have ended."""

import asyncio
from types import SimpleNamespace

import pytest

from program_runtime.errors import ExecutionError, StorageError
from program_runtime.execution.outcome import JobStatus
from program_runtime.service.device_jobs import end_unread

STATUSES = {
    "job_waits": JobStatus.QUEUED,
    "job_runs": JobStatus.RUNNING,
    "job_failed": JobStatus.FAILED,
    "job_cancelled": JobStatus.CANCELLED,
}


class Store:
    """Knows some jobs."""

    def __init__(self):
        self.jobs = self

    async def get(self, job_id):
        status = STATUSES.get(job_id)
        return None if status is None else SimpleNamespace(status=status)


class Broker:
    """Has asked devices for all of them, and for one that was deleted."""

    def __init__(self):
        self.abandoned = []

    async def unfinished(self):
        return [*STATUSES, "job_deleted"]

    async def abandon(self, job_id):
        self.abandoned.append(job_id)


def test_only_what_has_ended_is_abandoned():
    broker = Broker()
    asyncio.run(end_unread(broker, Store()))
    assert broker.abandoned == ["job_failed", "job_cancelled", "job_deleted"]


@pytest.mark.parametrize("error", [ExecutionError, StorageError])
def test_a_broker_or_store_that_does_not_work_is_told(caplog, error):
    async def broken():
        raise error("It is out of order.")

    broker = Broker()
    broker.unfinished = broken
    asyncio.run(end_unread(broker, Store()))
    assert "devices may still work" in caplog.text
    assert "It is out of order." in caplog.text
