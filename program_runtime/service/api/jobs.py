"""Jobs: found, waited for, cancelled, stopped, tagged, deleted."""

# ruff: noqa: TC001 - annotations are evaluated at run time
from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from program_runtime.execution.outcome import JobStatus
from program_runtime.service.api.access import visible_job
from program_runtime.service.api.device_waits import with_wait
from program_runtime.service.api.documents import job_document, json_response
from program_runtime.service.api.errors import HttpRefusal
from program_runtime.service.api.job_inputs import job_with_inputs
from program_runtime.service.api.json_bodies import BoundedRoute
from program_runtime.service.api.listing import (
    AskedJobs,
    Limit,
    Offset,
    Whose,
    listed_user,
)
from program_runtime.service.api.qpu_estimates import qpu_estimate
from program_runtime.service.api.queue_places import place_in_queue
from program_runtime.service.api.waiting import Wait, job_when_final
from program_runtime.service.auth import GUARDED, Caller
from program_runtime.service.context import Here
from program_runtime.service.domain import FINAL
from program_runtime.service.hub import Ending

router = APIRouter(
    prefix="/api/v1/jobs",
    dependencies=GUARDED,
    tags=["jobs"],
    route_class=BoundedRoute,
)


class Tags(BaseModel):
    """The tags that a job is to have."""

    tags: list[Annotated[str, Field(max_length=200)]] = Field(max_length=100)


@router.get("")
async def jobs(
    *,
    caller: Caller,
    here: Here,
    asked: AskedJobs,
    include_mocks: Annotated[
        bool, Query(description="Also those of dry runs, on backends named `mock_…`.")
    ] = False,
    limit: Limit = 10,
    offset: Offset = 0,
    of: Whose = None,
) -> Response:
    """List jobs, newest first; ``count`` is that of all that fit."""
    query = replace(
        asked,
        user=listed_user(caller, of),
        mocks=include_mocks,
        limit=limit,
        offset=offset,
    )
    found, count = await here.store.jobs.find(query)
    return json_response(
        {
            "jobs": [job_document(job) for job in found],
            # Official clients ask on until they have as many as this, offset included:
            # who starts behind the last job would ask for ever.
            "count": count if found else max(count, offset),
            "limit": limit,
            "offset": offset,
        }
    )


@router.get("/{job_id}")
async def job(
    *,
    job_id: str,
    caller: Caller,
    here: Here,
    wait: Wait = 0,
    exclude_params: Annotated[
        bool, Query(description="Leave the inputs out, which are `params` else.")
    ] = False,
    queue_position: Annotated[
        bool, Query(description="Say where in the queue it waits: 1 for the next one.")
    ] = False,
) -> Response:
    """Return a job; with ``wait`` when it is final, or when the time has passed."""
    found = await job_when_final(here, caller, job_id, wait)
    found = await with_wait(here, found)
    document = job_document(found) | await qpu_estimate(here, found)
    if queue_position:
        document |= await place_in_queue(here, found)
    if exclude_params:
        return json_response(document)
    return await job_with_inputs(here, job_id, document)


@router.delete("/{job_id}", status_code=204)
async def delete(job_id: str, caller: Caller, here: Here) -> Response:
    """Forget a final job with its inputs, results and logs."""
    await visible_job(here, caller, job_id)
    await here.store.jobs.delete(job_id)
    here.hub.end(job_id)
    return Response(status_code=204)


@router.post("/{job_id}/cancel", status_code=204)
async def cancel(job_id: str, caller: Caller, here: Here) -> Response:
    """End a job without a result; what it published is kept."""
    asked = await visible_job(here, caller, job_id)
    was = await here.store.jobs.cancel(job_id)
    if was in FINAL:
        raise _final(job_id, was)
    if was is JobStatus.RUNNING:
        here.scheduler.control(job_id).cancel()
    else:
        here.metrics.jobs_finished.labels(status=JobStatus.CANCELLED, code="").inc()
        here.hub.end(job_id, Ending(JobStatus.CANCELLED, None))
        await here.sessions.job_ended(asked)
    return Response(status_code=204)


@router.post("/{job_id}/stop", status_code=204)
async def stop(job_id: str, caller: Caller, here: Here) -> Response:
    """Ask a running job to finish now, with a result."""
    current = await visible_job(here, caller, job_id)
    if current.status in FINAL:
        raise _final(job_id, current.status)
    if current.status is JobStatus.QUEUED:
        raise HttpRefusal(
            409,
            "invalid_state",
            f"The job {job_id} has not started: there is nothing to finish.",
            hint="Cancel it to take it out of the queue.",
        )
    here.scheduler.control(job_id).stop()
    return Response(status_code=204)


@router.put("/{job_id}/tags", status_code=204)
async def set_tags(job_id: str, tags: Tags, caller: Caller, here: Here) -> Response:
    """Replace the tags of a job."""
    await visible_job(here, caller, job_id)
    await here.store.jobs.set_tags(job_id, tags.tags)
    return Response(status_code=204)


def _final(job_id: str, status: JobStatus) -> HttpRefusal:
    return HttpRefusal(
        409, "invalid_state", f"The job {job_id} is final already: {status}."
    )
