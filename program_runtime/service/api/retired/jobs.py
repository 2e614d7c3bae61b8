"""Jobs: found, shown with their inputs, cancelled, tagged, deleted."""

# ruff: noqa: TC001 - annotations are evaluated at run time
from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response, StreamingResponse

from program_runtime.errors import BackendNotFoundError
from program_runtime.service.api import jobs as native
from program_runtime.service.api import outputs
from program_runtime.service.api.access import visible_job
from program_runtime.service.api.documents import json_response
from program_runtime.service.api.json_bodies import is_json
from program_runtime.service.api.listing import AskedJobs, Offset
from program_runtime.service.api.qpu_estimates import qpu_estimate
from program_runtime.service.api.retired.documents import job_document, with_params
from program_runtime.service.api.retired.instance import Provider
from program_runtime.service.api.retired.routing import NOTED, RetiredRoute
from program_runtime.service.auth import Caller
from program_runtime.service.context import Context, Here
from program_runtime.service.transfer import blob_pieces
from program_runtime.service.versions import versions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from program_runtime.service.domain import Inputs, Job

router = APIRouter(
    prefix="/jobs",
    dependencies=NOTED,
    include_in_schema=False,
    route_class=RetiredRoute,
)

_JSON = "application/json"


@router.get("", dependencies=[Provider])
async def jobs(
    *,
    caller: Caller,
    here: Here,
    asked: AskedJobs,
    limit: Annotated[int, Query(ge=1, le=200)] = 20,
    offset: Offset = 0,
) -> Response:
    """List the caller's own jobs; ``count`` is that of all that fit."""
    query = replace(
        asked,
        user=caller.name,
        backend=_known_name(here, asked.backend),
        limit=limit,
        offset=offset,
    )
    found, count = await here.store.jobs.find(query)
    texts = [await _with_short_inputs(here, job) for job in found]
    head = f'{{"count": {count}, "limit": {limit}, "offset": {offset}, "jobs": ['
    return Response(f"{head}{', '.join(texts)}]}}", media_type=_JSON)


@router.get("/{job_id}")
async def job(
    job_id: str, caller: Caller, here: Here, *, exclude_params: bool = False
) -> Response:
    """Return a job with its inputs as they were sent."""
    found = await visible_job(here, caller, job_id)
    document = job_document(found) | await qpu_estimate(here, found)
    inputs = None if exclude_params else await here.store.jobs.inputs(job_id)
    if inputs is None:
        return json_response(document)
    if inputs.text is not None:
        return Response(await _text(document, inputs.text), media_type=_JSON)
    pieces = await asyncio.to_thread(_pieces, here, inputs, document)
    return StreamingResponse(pieces, media_type=_JSON)


@router.get("/{job_id}/metrics")
async def metrics(job_id: str, caller: Caller, here: Here) -> Response:
    """Return times and usage; ``bss`` is what older clients call the latter."""
    found = await visible_job(here, caller, job_id)
    known = outputs.times_and_usage(found)
    seconds = _seconds(found)
    document: dict[str, Any] = {
        **known,
        "usage": {**known["usage"], "seconds": seconds},
        "bss": {"seconds": seconds},
        "qiskit_version": versions().get("qiskit"),
    }
    return json_response(document)


router.get("/{job_id}/interim_results")(outputs.interim_results)
router.get("/{job_id}/logs")(outputs.logs)
router.post("/{job_id}/cancel", status_code=204)(native.cancel)
router.put("/{job_id}/tags", status_code=204)(native.set_tags)
router.delete("/{job_id}", status_code=204)(native.delete)


def _known_name(here: Context, backend: str | None) -> str | None:
    """Return the name that jobs of a backend are kept under."""
    if backend is None:
        return None
    try:
        return here.backends.resolve(backend).name
    except BackendNotFoundError:
        return backend  # no job has it; or those of a backend that is gone do


async def _with_short_inputs(here: Context, job: Job) -> str:
    """Return a job of a list; clients ask for longer inputs where they need them."""
    document = job_document(job)
    inputs = await here.store.jobs.inputs(job.id)
    if inputs is None or inputs.text is None:
        return json.dumps(document)
    return await _text(document, inputs.text)


async def _text(document: dict[str, Any], inputs: str) -> str:
    """Return a job's JSON with the inputs in it, if these are any: nobody checked."""
    if not await asyncio.to_thread(is_json, inputs):
        return json.dumps(document)
    before, after = with_params(document)
    return f"{before}{inputs}{after}"


def _pieces(here: Context, inputs: Inputs, document: dict[str, Any]) -> Iterator[bytes]:
    source = here.blobs.open(str(inputs.digest))
    before, after = with_params(document)

    def pieces() -> Iterator[bytes]:
        yield before.encode()
        yield from blob_pieces(source)
        yield after.encode()

    return pieces()


def _seconds(job: Job) -> float:
    if job.started is None or job.ended is None:
        return 0.0
    return (job.ended - job.started).total_seconds()
