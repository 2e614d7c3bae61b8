"""What a job took and gave: inputs, result, interim results, logs, metrics."""

# ruff: noqa: TC001 - annotations are evaluated at run time
from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter
from starlette.responses import Response, StreamingResponse

from program_runtime.service.api.access import visible_job
from program_runtime.service.api.errors import not_found
from program_runtime.service.api.json_bodies import is_json
from program_runtime.service.api.waiting import Wait, ending_when_final
from program_runtime.service.auth import GUARDED, Caller
from program_runtime.service.context import Context, Here
from program_runtime.service.transfer import blob_pieces

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime

    from program_runtime.service.domain import Job, StoredEvent

router = APIRouter(prefix="/api/v1/jobs/{job_id}", dependencies=GUARDED, tags=["jobs"])

_JSON = "application/json"
_TEXT = "text/plain; charset=utf-8"
_PAGE = 500


@router.get(
    "/results",
    responses={
        200: {"description": "The encoded result.", "content": {_JSON: {}}},
        204: {"description": "There is none; X-Job-Status says why."},
    },
)
async def results(job_id: str, caller: Caller, here: Here, wait: Wait = 0) -> Response:
    """Return the result as the program encoded it; with ``wait`` when it is there."""
    ending = await ending_when_final(here, caller, job_id, wait)
    headers = {"X-Job-Status": str(ending.status)}
    if ending.result is None:
        return Response(status_code=204, headers=headers)
    return await payload(here, ending.result, headers)


@router.get("/inputs")
async def inputs(job_id: str, caller: Caller, here: Here) -> Response:
    """Return the inputs as they were sent."""
    await visible_job(here, caller, job_id)
    found = await here.store.jobs.inputs(job_id)
    if found is None:
        raise not_found("job", job_id)
    if found.text is not None:
        return Response(found.text, media_type=_JSON)
    return await _blob(here, str(found.digest), media_type=_JSON)


@router.get("/interim_results")
async def interim_results(job_id: str, caller: Caller, here: Here) -> Response:
    """Return all interim results so far as one JSON list."""
    await visible_job(here, caller, job_id)
    return StreamingResponse(_interim_list(here, job_id), media_type=_JSON)


@router.get("/logs")
async def logs(job_id: str, caller: Caller, here: Here) -> Response:
    """Return what the job wrote so far."""
    await visible_job(here, caller, job_id)
    return StreamingResponse(_log_text(here, job_id), media_type=_TEXT)


@router.get("/metrics")
async def metrics(job_id: str, caller: Caller, here: Here) -> Response:
    """Return times, usage and the metrics that the job published."""
    job = await visible_job(here, caller, job_id)
    return StreamingResponse(_metrics_text(here, job), media_type=_JSON)


@router.get("/blobs/{digest}")
async def blob(job_id: str, digest: str, caller: Caller, here: Here) -> Response:
    """Return a payload of the job that was too large for its event."""
    await visible_job(here, caller, job_id)
    async for event in _events(here, job_id):
        if event.blob_digest == digest:
            return await _blob(here, digest, media_type="application/octet-stream")
    raise not_found("blob", digest)


def times_and_usage(job: Job) -> dict[str, Any]:
    """Return when a job did what, and what it used."""
    usage = dict(job.usage or {})
    return {
        "timestamps": {
            "created": _iso(job.created),
            "running": _iso(job.started),
            "finished": _iso(job.ended),
        },
        "usage": {
            **usage,
            "status": "complete" if job.ended else "pending",
            "qpu_charge_time_seconds": usage.get("qpu_s", 0),
            "quantum_seconds": usage.get("qpu_s", 0),
        },
        "bss": {"seconds": usage.get("qpu_s", 0)},
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat().replace("+00:00", "Z") if moment else None


async def _events(
    here: Context, job_id: str, *types: str
) -> AsyncIterator[StoredEvent]:
    after = 0
    while True:
        page = await here.store.events.read(
            job_id, after=after, limit=_PAGE, types=types or None
        )
        if not page:
            return
        for event in page:
            yield event
        after = page[-1].seq


async def _metrics_text(here: Context, job: Job) -> AsyncIterator[str]:
    before = f'{json.dumps(times_and_usage(job))[:-1]}, "metrics": ['
    async for event in _events(here, job.id, "metric"):
        values = json.loads(await text_of(here, event) or "{}")
        found = {"seq": event.seq, "time": event.time, **values}
        yield before + json.dumps(found)
        before = ", "
    yield ("]}" if before == ", " else before + "]}")


async def _interim_list(here: Context, job_id: str) -> AsyncIterator[str]:
    before = "["
    async for event in _events(here, job_id, "interim"):
        text = await text_of(here, event)
        yield before + await asyncio.to_thread(_as_json, text)
        before = ","
    yield "[]" if before == "[" else "]"


def _as_json(text: str) -> str:
    """A text of another encoder that is no JSON goes into the list as a string."""
    return text if is_json(text) else json.dumps(text)


async def _log_text(here: Context, job_id: str) -> AsyncIterator[str]:
    async for event in _events(here, job_id, "log"):
        yield await text_of(here, event)


async def text_of(here: Context, event: StoredEvent) -> str:
    """Return the payload of an event, from wherever it lies."""
    if event.blob_digest is None:
        return event.data or ""

    def read(digest: str) -> str:
        with here.blobs.open(digest) as source:
            return source.read().decode()

    return await asyncio.to_thread(read, event.blob_digest)


async def payload(
    here: Context, event: StoredEvent, headers: dict[str, str]
) -> Response:
    """Return the payload of an event as an answer."""
    if event.blob_digest is None:
        return Response(event.data, media_type=_JSON, headers=headers)
    headers["Content-Length"] = str(event.size)
    return await _blob(here, event.blob_digest, media_type=_JSON, headers=headers)


async def _blob(
    here: Context,
    digest: str,
    *,
    media_type: str,
    headers: dict[str, str] | None = None,
) -> Response:
    source = await asyncio.to_thread(here.blobs.open, digest)
    return StreamingResponse(
        blob_pieces(source), media_type=media_type, headers=headers
    )
