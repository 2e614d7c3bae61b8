"""Wait for the end of a job, through outages of the service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from program_runtime import errors
from program_runtime.client.job_states import FINAL_STATUSES, status_of
from program_runtime.client.outage import Outage

if TYPE_CHECKING:
    from program_runtime.client.api import ServiceApi
    from program_runtime.client.deadline import Deadline

__all__ = ["final_job", "result_text"]

_PATIENCE_S = 60.0


def result_text(api: ServiceApi, job_id: str, deadline: Deadline) -> str | None:
    """The result's text, once the job is over; None when it has none."""
    outage = Outage(_PATIENCE_S)
    while True:
        wait_s = deadline.next_wait(job_id)
        try:
            answer = api.results(job_id, wait_s=wait_s)
        except errors.ServiceUnreachableError as err:
            outage.wait(err, at_most_s=deadline.left_s())
            continue
        outage.over()
        if answer.text is not None or answer.status in FINAL_STATUSES:
            return answer.text


def final_job(api: ServiceApi, job_id: str, deadline: Deadline) -> dict[str, Any]:
    """The job's description, once it is over."""
    outage = Outage(_PATIENCE_S)
    while True:
        wait_s = deadline.next_wait(job_id)
        try:
            job = api.job(job_id, wait_s=wait_s)
        except errors.ServiceUnreachableError as err:
            outage.wait(err, at_most_s=deadline.left_s())
            continue
        outage.over()
        if status_of(job) in FINAL_STATUSES:
            return job
